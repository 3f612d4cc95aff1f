public import HTTPWire
public import Observability
public import Text
public import Transport

/// What the exchange of the current request sees.
extension HTTP1Connection: RequestStream {
  public var record: AccessRecord { state.record }
  public var hasPlace: Bool { !isInReserve }
  public var localAuthority: String { channel.stream.localAddress?.description ?? "" }

  public func take(route: StaticString, fields: StaticString) {
    let state = state
    state.record.route = route
    state.routeFields = fields
  }

  public func addResponseFields(_ write: (inout [UInt8]) -> Void) { write(&state.responseFields) }

  /// Content moved after which it counts as long: larger pieces are worth their memory.
  private static let longContent: UInt64 = 1 << 20

  // MARK: Request content

  public var contentIsDone: Bool { state.content.isDone }
  public var contentCount: UInt64 { state.content.contentCount }

  public func moveContent(
    into target: inout ByteBuffer, as output: BodyPump.Output
  ) throws(WireError) -> ContentMove {
    let state = state
    if output == .plain, state.content.isDone { return .done }
    if state.awaitsContinue, !state.responseStarted {
      // Who sends already needs no invitation.
      if !channel.input.isEmpty { state.awaitsContinue = false } else if !invite() { return .gone }
    }
    var hasMoved = false
    while true {
      if !channel.input.isEmpty || state.content.isDone {
        let input = channel.input.readable
        _ = target.reserve(min(input.count + BodyPump.overhead + 1, BufferPool.largeSize), from: loop.buffers)
        let move = try state.content.move(input, into: target.writable, as: output)
        channel.input.consume(move.consumed)
        target.commit(move.written)
        if move.outcome == .done { return .done }
        if move.outcome == .needsRoom || move.written > 0 { return .moved }
      }
      if hasMoved { return .moved }
      switch readContent(into: &target, as: output) {
      case .bytes, .full: hasMoved = channel.input.isEmpty
      case .wouldBlock: return .waiting
      case .end, .failed: return .gone
      }
    }
  }

  /// Reads from the client: content that needs no framing goes straight into `target`.
  private func readContent(into target: inout ByteBuffer, as output: BodyPump.Output) -> Channel.Fill {
    let state = state
    let limit = state.content.directLimit(output)
    guard limit > 0, channel.input.isEmpty else { return channel.fill(from: loop.buffers) }
    let share = loop.shareOfTurn
    let isBulk = state.content.contentCount >= HTTP1Connection.longContent && share >= BufferPool.bulkSize
    let (result, count) = channel.read(
      into: &target, limit: min(limit, UInt64(share)), isBulk: isBulk, pool: loop.buffers)
    state.content.advance(count)
    return result
  }

  /// Tells a client that waits for it to send its content (RFC 9110 §10.1.1); false when it has gone.
  private func invite() -> Bool {
    state.awaitsContinue = false
    guard channel.output.reserve(32, from: loop.buffers) else { return true }
    var writer = HeadWriter(channel.output.writable)
    writer.write("HTTP/1.1 100 Continue\r\n\r\n")
    channel.output.commit(writer.count)
    return channel.flush() != .failed
  }

  // MARK: Response

  public var responseHasLeft: Bool {
    let state = state
    return state.responseStarted && channel.bytesWritten > state.responseOffset
  }

  public func beginResponse(
    _ status: Int, reason: Span<UInt8>, length: ResponseLength, room: Int, _ fields: (inout HeadWriter) -> Bool
  ) -> BodyPump.Output? {
    // A client still sending what is already being answered cannot be told apart from its next request.
    let state = state
    if phase == .exchange, !state.content.isDone { isPersistent = false }
    var output = BodyPump.Output.plain
    if length == .unknown {
      if state.isHTTP10 { isPersistent = false } else { output = .chunked }
    }
    _ = channel.output.reserve(
      min(room + 768 + state.responseFields.count, BufferPool.largeSize), from: loop.buffers)
    var writer = HeadWriter(channel.output.writable)
    writer.write("HTTP/1.1 ")
    writer.write(decimal: UInt64(status))
    writer.write(" ")
    writer.write(reason)
    writer.write("\r\n")
    let hasDate = fields(&writer)
    if output == .chunked {
      writer.write("transfer-encoding: chunked\r\n")
    } else if case .exactly(let count) = length {
      writer.write("content-length: ")
      writer.write(decimal: count)
      writer.write("\r\n")
    }
    if !hasDate { writer.write(server.dateField) }
    endHead(&writer, state)
    guard !writer.overflowed else { return nil }
    noteResponse(status, state)
    channel.output.commit(writer.count)
    return output
  }

  public func outputRoom(_ minimum: Int, upTo limit: Int) -> UnsafeMutableRawBufferPointer {
    _ = channel.output.reserve(minimum, from: loop.buffers, upTo: limit)
    return channel.output.writable
  }

  public func commitOutput(_ count: Int) { channel.output.commit(count) }

  public func flush() -> Channel.Flush { channel.flush() }

  public func releaseIdleMemory() { channel.releaseIdleMemory(to: loop.buffers) }

  // MARK: Waiting

  public var clientIsGone: Bool { channel.peerFinished }

  /// Events that bring no progress do not prolong the wait.
  public func awaitClient() {
    let moved = channel.bytesRead &+ channel.bytesWritten
    guard progressMark != moved else { return }
    progressMark = moved
    let state = state
    let isKept = state.content.isDone || state.pace.isKept(moved, now: loop.now, state.options.pace)
    loop.setDeadline(self, in: isKept ? state.options.stallTimeout : 0)
  }

  public func awaitNothing() {
    state.pace.pause()
    setDeadline(in: nil)
  }

  public func go(on exchange: any Exchange) {
    phase = .exchange
    self.exchange = exchange
    exchange.start()
  }

  public func callAgain() { loop.callAgain(self) }
}
