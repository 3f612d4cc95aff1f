internal import HTTPWire
internal import Observability
internal import Text
public import Transport

/// One client's connection under HTTP/1.1: it reads request heads, hands requests to the service one after another, and
/// closes. To the exchange of the current request it is the `RequestStream`.
public final class HTTP1Connection: EventHandler {
  enum Phase {
    /// Reading a request head, or waiting for one.
    case head
    /// An exchange has the connection.
    case exchange
    /// An answer is on its way that was made at once.
    case answering
    /// Reading past request content nobody wants, to serve the next request.
    case discarding
    /// The last answer was given; reading until the client closes (RFC 9112 §9.6).
    case lingering
    case closed
  }

  /// Requests answered on one connection before the others of the loop get their turn.
  private static let requestsPerTurn = 32
  /// Empty lines before a request that are passed over; more count as the beginning of its head, with its limits.
  private static let emptyLineLimit = 16

  let server: Server
  var channel: Channel
  var phase = Phase.head
  var exchange: (any Exchange)?
  var isPersistent = true
  var progressMark: UInt64?
  /// The other end of the connection.
  let peer: IPv6Address
  /// Whose the connection is: the peer's, unless a PROXY header says otherwise.
  var address: IPv6Address
  /// Such a header has to come before anything else.
  var awaitsProxyHeader = false
  /// There was no place for it: it may ask how the process is, once.
  var isInReserve = false
  private var reading = HeadReading()
  private var lent: RequestState?

  /// How far the next head is.
  private struct HeadReading {
    var scanned = 0
    var emptyLines = 0
    var deadlineIsSet = false
    var isProcessing = false
  }

  init(_ stream: consuming ByteStream, of address: IPv6Address, on server: Server) {
    self.server = server
    peer = address
    self.address = address
    channel = Channel(stream)
    super.init()
  }

  public var loop: EventLoop { server.loop }
  /// Whose place it has, see `IPv6Address.clientNetwork`.
  var client: UInt64 { peer.clientNetwork }
  /// Those the current request came under, else those of the server.
  public var options: ServerOptions { phase == .head ? server.options : lent?.options ?? server.options }

  /// What is known of the current request; lent when it is first asked for.
  var state: RequestState {
    @inline(__always) get { lent ?? borrowState() }
  }

  @inline(never)
  private func borrowState() -> RequestState {
    let state = server.lendState()
    lent = state
    return state
  }

  /// Gives everything back that only a request needs.
  func releaseRequestMemory() {
    channel.releaseIdleMemory(to: loop.buffers)
    if let lent {
      self.lent = nil
      server.takeBack(lent)
    }
  }

  func start() {
    do {
      try loop.watch(channel.stream, for: self)
      setDeadline(in: isInReserve || awaitsProxyHeader ? options.headTimeout : options.idleTimeout)
    } catch {
      close()
    }
  }

  /// Whether it holds memory without going on: for a head that is not there yet, or an answer that is not taken.
  var holdsForNothing: Bool {
    switch phase {
    case .head: !channel.input.isEmpty
    case .exchange, .answering: (progressMark != nil && !channel.output.isEmpty) || exchange?.holdsMemory == true
    case .discarding, .lingering, .closed: false
    }
  }

  /// Sets the deadline of the connection, in nanoseconds from now; nil for none.
  func setDeadline(in nanoseconds: UInt64?) {
    progressMark = nil
    loop.setDeadline(self, in: nanoseconds)
  }

  // MARK: Events

  public override func ready(_ events: ReadyEvents) {
    channel.note(events)
    switch phase {
    case .head: process()
    case .exchange: exchange?.clientReady()
    case .answering: flushAnswer()
    case .discarding: discard()
    case .lingering: linger()
    case .closed: return
    }
  }

  public override func deadlineReached() {
    switch phase {
    case .head:
      if reading.deadlineIsSet { refuse(.headTimedOut) } else { close() }
    case .exchange: exchange?.clientTimedOut()
    case .answering, .discarding: abort(by: .client)
    case .lingering: close()
    case .closed: return
    }
  }

  // MARK: Reading heads

  func becomeIdle() {
    phase = .head
    reading.scanned = 0
    setDeadline(in: options.idleTimeout)
    process()
  }

  /// Serves requests until one takes a while or no further one is there.
  func process() {
    guard !reading.isProcessing else { return }
    reading.isProcessing = true
    defer { reading.isProcessing = false }
    var served = 0
    while phase == .head {
      // Others of the loop get their turn, however much one client has pipelined.
      guard served < HTTP1Connection.requestsPerTurn else { return loop.callAgain(self) }
      if awaitsProxyHeader {
        takeProxyHeader()
        guard phase == .head else { return }
      }
      if !awaitsProxyHeader { skipEmptyLines() }
      if !awaitsProxyHeader, !channel.input.isEmpty {
        let bytes = channel.input.readable
        do {
          if let length = try server.parser.parse(bytes.span, scanned: &reading.scanned) {
            serve(headLength: length)
            served += 1
            continue
          }
        } catch {
          return refuse(misunderstanding ?? .wire(error))
        }
        if beginsAsTLS { return refuse(.tlsOnPlainPort) }
        if !reading.deadlineIsSet {
          reading.deadlineIsSet = true
          setDeadline(in: options.headTimeout)
        }
      }
      switch channel.fill(from: loop.buffers) {
      case .bytes: continue
      case .full: return refuse(.wire(.headTooLarge))
      case .end, .failed: return close()
      case .wouldBlock:
        releaseRequestMemory()
        return
      }
    }
  }

  /// An empty line before a request is no part of it, and does not begin one (RFC 9112 §2.2).
  private func skipEmptyLines() {
    guard !reading.deadlineIsSet else { return }
    while channel.input.count >= 2, reading.emptyLines < HTTP1Connection.emptyLineLimit {
      let bytes = channel.input.readable
      guard bytes[0] == UInt8(ascii: "\r"), bytes[1] == UInt8(ascii: "\n") else { return }
      channel.input.consume(2)
      reading.emptyLines += 1
    }
  }

  private func serve(headLength: Int) {
    let bytes = channel.input.readable
    let span = bytes.span.extracting(0..<headLength)
    // A place may have become free meanwhile.
    if isInReserve { server.takePlace(self) }
    let head = server.parser.head
    beginRequest(head, span)
    guard let service = server.service else { return close() }
    let disposition =
      hasPlace || service.answersWhenFull
      ? service.disposition(of: head, span, on: self) : .answer(LocalAnswer(.overloaded))
    channel.input.consume(headLength)
    switch disposition {
    case .answer(let answer): give(answer)
    case .exchange(let exchange): go(on: exchange)
    }
  }

  private func beginRequest(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) {
    reading.deadlineIsSet = false
    reading.emptyLines = 0
    setDeadline(in: nil)
    let state = beginState()
    let record = state.record
    record.method = head.method.name
    state.content = BodyPump(head.framing)
    state.isHTTP10 = head.isHTTP10
    state.isHead = head.method == .head
    state.awaitsContinue = head.expectsContinue && head.framing != .none
    isPersistent = head.isPersistent && !server.isDraining && !isInReserve
    if let line = head.fields.first(.requestID), RequestIDs.isSane(bytes.extracting(line.value)) {
      bytes.extracting(line.value).withUnsafeBufferPointer { record.labels.append(contentsOf: $0) }
    } else {
      server.newRequestID(into: &record.labels)
    }
    record.requestID = 0..<record.labels.count
    if head.isForwarded || server.trustsSome,
      let client = server.forwarding?.client(of: head, bytes, from: peer)
    {
      record.client = client
    }
    if head.method == .other { record.note(method: bytes.extracting(head.methodRange)) }
  }
}
