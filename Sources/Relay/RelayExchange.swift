internal import Fal
internal import Guard
internal import HTTPWire
internal import Observability
internal import Transport
internal import Upstream

/// One request on its way to fal and its response on the way back, streamed both ways through bounded buffers.
///
/// Both halves live on one loop. The request half is in `RelayExchange+Request`, the response half in
/// `RelayExchange+Response`; this file holds what they share, and every way an exchange can go wrong.
final class RelayExchange: Exchange, UpstreamUser {
  enum ResponsePhase {
    case awaitingHead, content, done
  }

  let service: ProxyService
  let origin: Origin
  let target: Target
  var upstream: UpstreamConnection?

  /// The head written to fal; kept until fal's first byte, for the one retry.
  var requestHead = ByteBuffer()
  var requestHeadLength = 0
  /// Content that a dead connection had not taken, for the retry.
  var requestRest = ByteBuffer()
  var method = Method.get
  var requestIsChunked = false
  var requestHasContent = false
  /// Everything was handed to the upstream connection and has left this process.
  var requestSent = false
  /// The upstream reads no more; its response, if any, is still worth having.
  var requestAbandoned = false
  /// What the connection had written before this exchange.
  var writtenBefore: UInt64 = 0
  private var hasRetried = false

  var responsePhase = ResponsePhase.awaitingHead
  var responseContent = BodyDecoder(.none)
  /// The client is sent chunks: the length is not known, and it speaks HTTP/1.1.
  var responseIsChunked = false
  var responseEndsConnection = false
  /// Content moved straight through so far.
  var responseBytes: UInt64 = 0
  /// The first bytes of an answer that may be about the proxy's own key; nil for any other.
  var keyText: [UInt8]?
  var interimCount = 0
  var responseScanned = 0
  /// An interim response stated a framing, so that nobody can say where the final one ends.
  var interimEndsConnection = false
  /// Over, one way or the other: late events find nothing to do.
  var isOver = false

  init(on connection: DownstreamConnection, service: ProxyService, origin: Origin, target: Target) {
    self.service = service
    self.origin = origin
    self.target = target
    super.init(on: connection)
  }

  var pool: BufferPool { connection.loop.buffers }
  var configuration: RelayConfiguration { service.configuration }

  // MARK: Getting a connection

  /// Writes the head for fal from the client's, whose bytes are about to go.
  /// - Returns: false when it does not fit the largest buffer.
  func prepare(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, value: Span<UInt8>) -> Bool {
    method = head.method
    requestIsChunked = head.framing == .chunked
    requestHasContent = head.framing != .none
    guard requestHead.reserve(bytes.count + configuration.requestRules.addedBytes, from: pool) else { return false }
    var writer = HeadWriter(requestHead.writable)
    configuration.requestRules.write(&writer, head: head, bytes, target: target, value: value)
    guard !writer.overflowed else { return false }
    requestHead.commit(writer.count)
    requestHeadLength = writer.count
    return true
  }

  override func start() {
    // A client that was gone before anything was sent costs nothing.
    if connection.channel.peerFinished { return clientGone() }
    borrow(freshOnly: false)
  }

  private func borrow(freshOnly: Bool) {
    let lent = origin.lend(to: self, freshOnly: freshOnly, checked: target.mayExecute)
    guard !isOver else { return }
    upstream = lent
    if lent.isOpen { sendRequest() }
  }

  func upstreamConnected(_ connection: UpstreamConnection) {
    upstream = connection
    sendRequest()
  }

  func upstreamFailed(_ failure: UpstreamFailure) {
    upstream = nil
    switch failure {
    case .nameNotResolved: fail(.unreachable("upstream_dns", "The name of the fal host could not be resolved."))
    case .connectFailed: fail(.unreachable("upstream_connect", "No connection to fal could be made."))
    case .connectTimedOut:
      fail(.unreachable("upstream_connect_timeout", "No connection to fal was made within upstream.connect."))
    case .tlsFailed(let reason): fail(.unreachable("upstream_tls", "No secure connection to fal: \(reason)."))
    case .tlsTimedOut:
      fail(.unreachable("upstream_tls_timeout", "The TLS handshake with fal took longer than upstream.tls."))
    case .exhausted: fail(.overloaded)
    }
  }

  // MARK: Events

  func upstreamReady(_ events: ReadyEvents) {
    guard !isOver else { return }
    if !requestSent, !requestAbandoned { pumpRequest() }
    if !isOver, responsePhase != .done { pumpResponse() }
  }

  override func downstreamReady() {
    guard !isOver else { return }
    if connection.channel.peerFinished, responsePhase != .done { return clientGone() }
    if responsePhase == .done { return finishWhenFlushed() }
    if upstream?.isOpen == true {
      if !requestSent, !requestAbandoned { pumpRequest() }
      if !isOver, responsePhase == .content { pumpResponse() }
    }
  }

  override func downstreamDeadlineReached() {
    // Either the client's content or its reading stood still.
    if connection.responseStarted { return abort(.client) }
    fail(.contentTimedOut)
  }

  func upstreamDeadlineReached() {
    guard responsePhase == .awaitingHead else { return abort(.upstream) }
    fail(target.mayExecute && requestMayHaveArrived ? .ambiguous : .upstreamTimedOut)
  }

  override func endNow() {
    // An answer that is complete here waits only for its client.
    guard !connection.responseHasLeft, responsePhase != .done else { return abort(.proxy) }
    fail(target.mayExecute && requestMayHaveArrived ? .ambiguousAtShutdown : .draining)
  }

  override func cancel() {
    isOver = true
    closeUpstream()
    requestHead.discard(to: pool)
    requestRest.discard(to: pool)
  }

  // MARK: Ends

  func clientGone() { abort(.client) }

  /// Ends both connections at once; nothing can be told to the client any more.
  func abort(_ end: AccessRecord.End) {
    cancel()
    connection.abort(end)
  }

  /// Answers with an error of the proxy, or aborts where the answer has already begun.
  func fail(_ error: ProxyError) {
    guard !connection.responseHasLeft else { return abort(error.blame.end) }
    cancel()
    connection.give(LocalAnswer(error))
  }

  func closeUpstream() {
    upstream?.close()
    upstream = nil
  }

  /// The upstream has died before its response began.
  func upstreamDied() {
    if retryOnFreshConnection() { return }
    fail(target.mayExecute && requestMayHaveArrived ? .ambiguous : .upstreamClosed)
  }

  /// The upstream has sent something that is no response.
  func upstreamInvalid() {
    fail(target.mayExecute ? .ambiguous : .upstreamInvalid)
  }

  // MARK: Retry

  /// Bytes of this request that have left the process.
  private var bytesSent: Int {
    let written = upstream?.bytesWritten ?? 0
    return written > writtenBefore ? Int(written - writtenBefore) : 0
  }

  /// Whether fal can have received the request in a form it might act upon.
  private var requestMayHaveArrived: Bool {
    requestHasContent ? bytesSent > requestHeadLength : bytesSent > 0
  }

  /// Repeats the request once where a pooled connection had died of age and nothing can have been executed.
  func retryOnFreshConnection() -> Bool {
    guard let dead = upstream, dead.isReused, !hasRetried, interimCount == 0, !requestHead.isEmpty else { return false }
    guard !requestMayHaveArrived || (!target.mayExecute && !requestHasContent) else { return false }
    hasRetried = true
    // What the dead connection had not taken of the content goes first on the next one.
    let unsentHead = max(0, requestHeadLength - bytesSent)
    dead.dropOutput(unsentHead)
    if let rest = dead.channel?.output.readable, !rest.isEmpty {
      guard requestRest.reserve(rest.count, from: pool) else { return false }
      requestRest.append(rest)
    }
    closeUpstream()
    requestSent = false
    requestAbandoned = false
    borrow(freshOnly: true)
    return true
  }
}
