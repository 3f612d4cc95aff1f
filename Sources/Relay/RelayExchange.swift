internal import Fal
internal import Guard
internal import HTTPServer
internal import HTTPWire
internal import Observability
internal import Transport
internal import Upstream

/// One request on its way to fal and its response on the way back, streamed both ways through bounded buffers.
///
/// What to do is `Attempt`'s to say; this moves bytes and does it. The request half is in `RelayExchange+Request`, the
/// response half in `RelayExchange+Response`, what seals the ids of jobs in `RelayExchange+Ownership`.
final class RelayExchange: Exchange, UpstreamUser {
  /// Content moved after which it counts as long: larger pieces are worth their memory.
  static let longContent: UInt64 = 1 << 20

  let stream: any RequestStream
  let proxy: ProxyService
  /// The configuration the request came in under, until its last byte.
  let generation: Generation
  let host: UpstreamHost
  var upstream: UpstreamConnection?
  var attempt: Attempt
  var outgoing: OutgoingRequest
  var incoming = IncomingResponse()
  /// The job it is about, where ids are sealed.
  let job: OwnedJob?
  /// What was taken of the caller's limits; nil where nothing was, and when it is given back.
  var claim: RateClaim?
  /// The loop's, kept at hand.
  let pool: BufferPool
  /// Over, one way or the other: late events find nothing to do.
  private(set) var isOver = false

  init(
    on stream: any RequestStream, proxy: ProxyService, generation: Generation, host: UpstreamHost, attempt: Attempt,
    claim: consuming RateClaim?, outgoing: consuming OutgoingRequest, job: OwnedJob? = nil
  ) {
    self.stream = stream
    self.proxy = proxy
    pool = proxy.pool
    self.generation = generation
    self.host = host
    self.attempt = attempt
    self.claim = claim
    self.outgoing = outgoing
    self.job = job
  }

  // MARK: Events

  func start() {
    // A client that was gone before anything was sent costs nothing.
    if stream.clientIsGone { return take(.clientGone) }
    borrow(freshOnly: false)
  }

  private func borrow(freshOnly: Bool) {
    // Without an idle one it comes, or the failure, by `upstreamConnected` or `upstreamFailed`.
    guard let lent = host.lend(to: self, freshOnly: freshOnly, checked: attempt.request.mayExecute) else { return }
    upstream = lent
    sendRequest()
  }

  func upstreamConnected(_ connection: UpstreamConnection) {
    upstream = connection
    sendRequest()
  }

  func upstreamFailed(_ failure: DialFailure) {
    upstream = nil
    stream.record.note(.cause, failure.description.utf8.span)
    take(.unreachable(.unreachable(failure)))
  }

  func upstreamReady(_ events: ReadyEvents) {
    guard !isOver else { return }
    if attempt.sending == .sending { pumpRequest() }
    if !isOver, attempt.receiving != .done { pumpResponse() }
  }

  func clientReady() {
    guard !isOver else { return }
    if attempt.receiving == .done { return finishWhenFlushed() }
    if stream.clientIsGone { return take(.clientGone) }
    guard upstream?.isOpen == true else { return }
    if attempt.sending == .sending { pumpRequest() }
    if !isOver, attempt.receiving == .content { pumpResponse() }
  }

  /// Content that fal does not take.
  var holdsMemory: Bool { upstream.map { $0.channel?.output.isEmpty == false } ?? false }

  func clientTimedOut() { take(.clientTimedOut) }

  func upstreamDeadlineReached() { take(.upstreamTimedOut) }

  func endNow() { take(.processEnds) }

  func cancel() {
    isOver = true
    if claim != nil { endClaim(mayHaveRun: attempt.sending == .sent) }
    if let upstream { upstream.close() } else { host.stopWaiting(self) }
    upstream = nil
    outgoing.discard(to: pool)
  }

  // MARK: Actions

  /// Lets the attempt decide and does what it says.
  /// - Returns: whether the exchange goes on as it was.
  @discardableResult
  func decide(_ event: Attempt.Event) -> Bool {
    switch attempt.receive(event, sent: bytesSent, responseHasLeft: stream.responseHasLeft) {
    case .proceed: return true
    case .retry:
      if retry() { return false }
      return decide(.retryFailed)
    case .answer(let cause): stream.give(LocalAnswer(cause))
    case .cut(let party): stream.abort(by: party)
    }
    return false
  }

  func take(_ event: Attempt.Event) { decide(event) }

  /// Bytes of the request that the present connection has written.
  private var bytesSent: UInt64 { upstream.map { outgoing.sent(on: $0) } ?? 0 }

  /// Takes what the dead connection had not sent of the content along to a fresh one.
  private func retry() -> Bool {
    guard let dead = upstream, outgoing.keepRest(of: dead, pool) else { return false }
    dead.close()
    upstream = nil
    incoming = IncomingResponse()
    borrow(freshOnly: true)
    return true
  }

  /// Waits as the attempt says.
  func stand(_ standstill: Attempt.Standstill) {
    let waits = attempt.waits(for: standstill)
    switch waits.client {
    case .nothing?: stream.awaitNothing()
    case .progress?: stream.awaitClient()
    case nil: break
    }
    switch waits.upstream {
    case .nothing?: upstream?.setDeadline(in: nil)
    case .firstByte?: upstream?.setDeadline(in: generation.upstream.firstByte)
    case .firstByteOfRun?: upstream?.setDeadline(in: generation.upstream.firstByteOfRun)
    case .progress?: upstream?.awaitProgress(in: generation.upstream.content)
    case nil: break
    }
  }

  /// Ends the exchange once the client has taken everything.
  func finishWhenFlushed() {
    switch stream.flush() {
    case .done:
      isOver = true
      if claim != nil { endClaim(mayHaveRun: false) }
      outgoing.discard(to: pool)
      stream.finish()
    case .blocked: stand(.clientTakesNoMore)
    case .failed: take(.clientGone)
    }
  }
}
