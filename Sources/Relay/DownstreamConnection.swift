public import HTTPWire
public import Observability
public import Transport

/// One client's connection: it reads request heads, hands requests to the service one after another, and closes.
public final class DownstreamConnection: EventHandler {
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
  /// Unwanted content that is read past rather than answered with a close.
  static let discardLimit: UInt64 = 64 << 10

  /// The server.
  public let server: Server
  /// The bytes.
  public var channel: Channel
  /// Finds the content of the current request in the input.
  public var content = BodyDecoder(.none)
  /// Field lines that every response of the current request's route has.
  var routeFields: StaticString = ""
  /// Field lines the service wants on every response to the current request: its CORS answer.
  var responseFields: [UInt8] = []
  /// Whether the current request was made in HTTP/1.0.
  var isHTTP10 = false
  /// Whether the current request is HEAD: no response has content.
  var isHead = false
  /// Whether the client waits for 100 (Continue).
  var awaitsContinue = false
  /// Whether the head of the response has been written.
  public var responseStarted = false
  /// Where in all that is written on the connection the response begins.
  var responseOffset: UInt64 = 0

  var phase = Phase.head
  var exchange: Exchange?
  var scanned = 0
  var emptyLines = 0
  var headDeadlineSet = false
  var isPersistent = true
  var isProcessing = false
  var lingerEnd: UInt64 = 0
  private var progressMark: UInt64?
  private var lentRecord: AccessRecord?
  var writtenBefore: UInt64 = 0

  init(_ stream: consuming ByteStream, on server: Server) {
    self.server = server
    channel = Channel(stream)
    super.init()
  }

  var loop: EventLoop { server.loop }

  /// What is known of the current request; a connection that waits for one has none.
  public var record: AccessRecord {
    if let lentRecord { return lentRecord }
    let record = server.lendRecord()
    lentRecord = record
    return record
  }

  /// Gives everything back that only a request needs.
  func releaseRequestMemory() {
    channel.releaseIdleMemory(to: loop.buffers)
    responseFields = []
    if let lentRecord {
      self.lentRecord = nil
      server.takeBack(lentRecord)
    }
  }

  func start() {
    do {
      try loop.watch(channel.stream, for: self)
      setDeadline(in: server.options.idleTimeout)
    } catch {
      close()
    }
  }

  /// Sets the deadline of the connection, in nanoseconds from now; nil for none.
  public func setDeadline(in nanoseconds: UInt64?) {
    progressMark = nil
    loop.setDeadline(self, in: nanoseconds)
  }

  /// Waits for the client to take or send bytes, at most the stall timeout since it last did: events that bring no
  /// progress do not prolong the wait.
  public func awaitProgress() {
    let moved = channel.bytesRead &+ channel.bytesWritten
    guard progressMark != moved else { return }
    progressMark = moved
    loop.setDeadline(self, in: server.options.stallTimeout)
  }

  // MARK: Events

  /// The descriptor is ready.
  public override func ready(_ events: ReadyEvents) {
    channel.note(events)
    switch phase {
    case .head: process()
    case .exchange: exchange?.downstreamReady()
    case .answering: flushAnswer()
    case .discarding: discard()
    case .lingering: linger()
    case .closed: return
    }
  }

  /// The deadline has passed.
  public override func deadlineReached() {
    switch phase {
    case .head:
      if headDeadlineSet { refuse(.headTimedOut) } else { close() }
    case .exchange: exchange?.downstreamDeadlineReached()
    case .answering, .discarding: abort(.client)
    case .lingering: close()
    case .closed: return
    }
  }

  // MARK: Reading heads

  /// Serves requests until one takes a while or no further one is there.
  func process() {
    guard !isProcessing else { return }
    isProcessing = true
    defer { isProcessing = false }
    var served = 0
    while phase == .head {
      // Others of the loop get their turn, however much one client has pipelined.
      guard served < Self.requestsPerTurn else { return loop.callAgain(self) }
      skipEmptyLines()
      if !channel.input.isEmpty {
        let bytes = channel.input.readable
        do {
          if let length = try server.parser.parse(bytes.span, scanned: &scanned) {
            serve(headLength: length)
            served += 1
            continue
          }
        } catch {
          return refuse(.wire(error))
        }
        if !headDeadlineSet {
          headDeadlineSet = true
          setDeadline(in: server.options.headTimeout)
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
    guard !headDeadlineSet else { return }
    while channel.input.count >= 2, emptyLines < Self.emptyLineLimit {
      let bytes = channel.input.readable
      guard bytes[0] == UInt8(ascii: "\r"), bytes[1] == UInt8(ascii: "\n") else { return }
      channel.input.consume(2)
      emptyLines += 1
    }
  }

  private func serve(headLength: Int) {
    let bytes = channel.input.readable
    let span = bytes.span.extracting(0..<headLength)
    beginRequest(span)
    guard let service = server.service else { return close() }
    let disposition = service.disposition(of: server.parser.head, span, on: self)
    channel.input.consume(headLength)
    switch disposition {
    case .answer(let answer): give(answer)
    case .exchange(let exchange):
      phase = .exchange
      self.exchange = exchange
      exchange.start()
    }
  }

  private func beginRequest(_ bytes: Span<UInt8>) {
    let head = server.parser.head
    headDeadlineSet = false
    emptyLines = 0
    setDeadline(in: nil)
    record.reset()
    record.started = loop.now
    record.method = head.method.name
    responseFields.removeAll(keepingCapacity: true)
    routeFields = ""
    responseStarted = false
    writtenBefore = channel.bytesWritten
    content = BodyDecoder(head.framing)
    isHTTP10 = head.isHTTP10
    isHead = head.method == .head
    isPersistent = head.isPersistent && !server.isDraining
    awaitsContinue = head.expectsContinue && head.framing != .none
    if let line = head.fields.first(.requestID), RequestIDs.isSane(bytes.extracting(line.value)) {
      bytes.extracting(line.value).withUnsafeBufferPointer { record.labels.append(contentsOf: $0) }
    } else {
      server.newRequestID(into: &record.labels)
    }
    record.requestID = 0..<record.labels.count
  }
}
