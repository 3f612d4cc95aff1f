public import HTTPWire
public import Observability
public import Transport

/// One client's connection: it reads request heads, hands requests to the service one after another, and closes.
public final class DownstreamConnection: EventHandler {
  private enum Phase {
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

  /// Empty lines before a request that are passed over; more count as the beginning of its head, with its limits.
  private static let emptyLineLimit = 16
  /// Unwanted content that is read past rather than answered with a close.
  private static let discardLimit: UInt64 = 64 << 10

  /// The server.
  public let server: Server
  /// The bytes.
  public var channel: Channel
  /// Finds the content of the current request in the input.
  public var content = BodyDecoder(.none)
  /// What is known of the current request.
  public var record = AccessRecord()
  /// Field lines the service wants on every response to the current request: its CORS answer.
  var responseFields: [UInt8] = []
  /// Whether the current request was made in HTTP/1.0.
  private(set) var isHTTP10 = false
  /// Whether the current request is HEAD: no response has content.
  private(set) var isHead = false
  /// Whether the client waits for 100 (Continue).
  var awaitsContinue = false
  /// Whether the head of the response has been written; from then on a fault can only abort.
  public var responseStarted = false

  private var phase = Phase.head
  private var exchange: Exchange?
  private var scanned = 0
  private var emptyLines = 0
  private var headDeadlineSet = false
  private var isPersistent = true
  private var isProcessing = false
  private var lingerEnd: UInt64 = 0
  private var writtenBefore: UInt64 = 0

  init(_ stream: consuming ByteStream, on server: Server) {
    self.server = server
    channel = Channel(stream)
    super.init()
  }

  var loop: EventLoop { server.loop }

  func start() {
    do {
      try loop.watch(channel.stream, for: self)
      setDeadline(in: server.options.idleTimeout)
    } catch {
      close()
    }
  }

  /// Sets the deadline of the connection, in nanoseconds from now; nil for none.
  public func setDeadline(in nanoseconds: UInt64?) { loop.setDeadline(self, in: nanoseconds) }

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
  private func process() {
    guard !isProcessing else { return }
    isProcessing = true
    defer { isProcessing = false }
    while phase == .head {
      skipEmptyLines()
      if !channel.input.isEmpty {
        let bytes = channel.input.readable
        do {
          if let length = try server.parser.parse(bytes.span, scanned: &scanned) {
            serve(headLength: length)
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
        channel.releaseIdleMemory(to: loop.buffers)
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

  // MARK: Answering

  /// Whether the connection will serve another request after this one.
  var keepsOpen: Bool { isPersistent }

  /// Closes the connection after the current request.
  func closeAfterwards() { isPersistent = false }

  /// Gives a response made here, in place of whatever else might have answered the current request.
  func give(_ answer: LocalAnswer) {
    phase = .answering
    exchange = nil
    record.error = answer.error
    if answer.error != nil { record.end = answer.blame.end }
    if answer.closes || !canSkipContent { isPersistent = false }
    let hasContent = !isHead && answer.status != 204
    let room = 2048 + responseFields.count + (hasContent ? answer.content.count : 0)
    guard !responseStarted, channel.output.reserve(room, from: loop.buffers) else { return abort(.proxy) }
    var writer = HeadWriter(channel.output.writable)
    beginResponse(&writer, status: answer.status)
    for (name, value) in answer.fields {
      writer.write(name)
      writer.write(": ")
      writer.write(Array(value.utf8))
      writer.write("\r\n")
    }
    if let type = answer.contentType {
      writer.write("content-type: ")
      writer.write(type)
      writer.write("\r\nx-content-type-options: nosniff\r\n")
    }
    if answer.status != 204 {
      writer.write("content-length: ")
      writer.write(decimal: UInt64(answer.content.count))
      writer.write("\r\n")
    }
    writer.write(server.dateField)
    endResponseHead(&writer)
    if hasContent { writer.write(answer.content) }
    guard !writer.overflowed else { return abort(.proxy) }
    channel.output.commit(writer.count)
    flushAnswer()
  }

  /// Writes the status line, with the reason phrase known here, and notes the beginning of the response.
  func beginResponse(_ writer: inout HeadWriter, status: Int) {
    writer.write("HTTP/1.1 ")
    writer.write(decimal: UInt64(status))
    writer.write(" ")
    writer.write(reasonPhrase(status))
    writer.write("\r\n")
    noteResponse(status: status)
  }

  /// Notes that the head of the response is being written.
  func noteResponse(status: Int) {
    responseStarted = true
    record.status = status
    if record.firstByte == 0 { record.firstByte = loop.now }
  }

  /// Writes the fields every response carries, and the end of the head.
  func endResponseHead(_ writer: inout HeadWriter) {
    // Draining may have begun while the answer was awaited.
    if server.isDraining { isPersistent = false }
    writer.write("x-request-id: ")
    record.labels.withUnsafeBufferPointer { labels in
      writer.write(UnsafeBufferPointer(rebasing: labels[record.requestID]))
    }
    writer.write("\r\n")
    writer.write(responseFields)
    if !isPersistent {
      writer.write("connection: close\r\n")
    } else if isHTTP10 {
      writer.write("connection: keep-alive\r\n")
    }
    writer.write("\r\n")
  }

  private func flushAnswer() {
    switch channel.flush() {
    case .done: finish()
    case .blocked: setDeadline(in: server.options.stallTimeout)
    case .failed: abort(.client)
    }
  }

  /// Refuses what could not be read as a request, or took too long to become one.
  private func refuse(_ error: ProxyError) {
    record.reset()
    record.started = loop.now
    responseFields.removeAll(keepingCapacity: true)
    responseStarted = false
    isHead = false
    isHTTP10 = false
    isPersistent = false
    writtenBefore = channel.bytesWritten
    server.newRequestID(into: &record.labels)
    record.requestID = 0..<record.labels.count
    // Whatever else came is part of something that was not understood.
    channel.input.discard(to: loop.buffers)
    content = BodyDecoder(.untilClose)
    give(LocalAnswer(error))
  }

  /// Whether the rest of the request content is small enough to be read past.
  private var canSkipContent: Bool {
    content.isDone || (!awaitsContinue && !content.isDelimitedByFraming && content.contentAhead <= Self.discardLimit)
  }

  // MARK: The end of a request

  /// The response has been written whole: log, and serve the next request or close.
  func finish() {
    phase = .head
    exchange = nil
    logRequest()
    if !isPersistent || server.isDraining { return beginLingering() }
    if !content.isDone {
      phase = .discarding
      return discard()
    }
    becomeIdle()
  }

  private func becomeIdle() {
    phase = .head
    scanned = 0
    setDeadline(in: server.options.idleTimeout)
    process()
  }

  private func discard() {
    while !content.isDone {
      let waiting = UInt64(channel.input.count)
      if waiting > 0 {
        let count = min(waiting, content.contentAhead)
        content.advance(Int(count))
        channel.input.consume(Int(count))
        record.bytesIn += count
        continue
      }
      switch channel.fill(from: loop.buffers) {
      case .bytes: continue
      case .wouldBlock, .full: return setDeadline(in: server.options.stallTimeout)
      case .end, .failed: return close()
      }
    }
    becomeIdle()
  }

  private func beginLingering() {
    channel.output.discard(to: loop.buffers)
    // Closing with unread bytes would turn into a reset, which can cost the client the answer (RFC 9112 §9.6).
    if channel.peerFinished || (content.isDone && channel.input.isEmpty && !channel.mayHaveMore) { return close() }
    phase = .lingering
    channel.stream.finishWriting()
    // Content may go on coming for as long as it might have before; silence ends it sooner.
    lingerEnd = loop.now &+ server.options.stallTimeout
    setDeadline(in: server.options.lingerTimeout)
    linger()
  }

  private func linger() {
    while true {
      channel.input.discard(to: loop.buffers)
      switch channel.fill(from: loop.buffers) {
      case .bytes:
        guard loop.now < lingerEnd else { return close() }
        setDeadline(in: server.options.lingerTimeout)
      case .wouldBlock:
        channel.discardMemory(to: loop.buffers)
        return
      case .full, .end, .failed: return close()
      }
    }
  }

  private func logRequest() {
    record.bytesOut = channel.bytesWritten &- writtenBefore
    server.logRequest(record)
  }

  /// Gives up on the current request and resets the connection, so that a cut response is never taken for a whole one.
  public func abort(_ end: AccessRecord.End) {
    guard phase != .closed else { return }
    let exchange = self.exchange
    let wasServing = phase == .exchange || phase == .answering
    self.exchange = nil
    exchange?.cancel()
    if wasServing {
      record.end = end
      if !responseStarted { record.status = 499 }
      logRequest()
    }
    channel.stream.resetOnClose()
    close()
  }

  /// Closes the connection if no request has arrived on it, not even one that was not read yet.
  func closeIfIdle() {
    guard phase == .head else { return }
    channel.note(.readable)
    process()
    if phase == .head, channel.input.isEmpty { close() }
  }

  private func close() {
    guard phase != .closed else { return }
    phase = .closed
    channel.discardMemory(to: loop.buffers)
    server.closed(self)
  }
}

extension ProxyError.Blame {
  /// The same party as the one who ended the request.
  var end: AccessRecord.End {
    switch self {
    case .client: .client
    case .upstream: .upstream
    case .proxy: .proxy
    }
  }
}
