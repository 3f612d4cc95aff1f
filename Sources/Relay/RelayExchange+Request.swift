internal import Fal
internal import Guard
internal import HTTPWire
internal import Observability
internal import Transport
internal import Upstream

/// The request half: from the client's input to the upstream's output.
extension RelayExchange {
  /// Bytes moved for one exchange before the other connections of the loop get their turn.
  static let turnBytes: UInt64 = 1 << 20

  /// Writes the request to the connection that was lent.
  func sendRequest() {
    guard let upstream, upstream.channel != nil else { return }
    writtenBefore = upstream.bytesWritten
    guard upstream.channel!.output.reserve(requestHeadLength, from: pool) else { return fail(.overloaded) }
    upstream.channel!.output.append(requestHead.readable)
    if connection.awaitsContinue, connection.channel.input.isEmpty, !inviteContent() { return }
    pumpRequest()
  }

  /// Tells a client that waits for it to send its content (RFC 9110 §10.1.1).
  private func inviteContent() -> Bool {
    connection.awaitsContinue = false
    guard connection.channel.output.reserve(32, from: pool) else { return true }
    var writer = HeadWriter(connection.channel.output.writable)
    writer.write("HTTP/1.1 100 Continue\r\n\r\n")
    connection.channel.output.commit(writer.count)
    if connection.channel.flush() == .failed {
      clientGone()
      return false
    }
    return true
  }

  /// Moves request content until one side has to wait.
  func pumpRequest() {
    guard let upstream, upstream.channel != nil else { return }
    let turnEnd = connection.record.bytesIn + Self.turnBytes
    while true {
      moveRequestRest(to: upstream)
      var isHeldBack = !requestRest.isEmpty
      do {
        if !isHeldBack { isHeldBack = try !moveRequestContent(to: upstream) }
      } catch {
        return fail(.wire(error))
      }
      guard connection.record.bytesIn <= configuration.contentLimit else { return fail(.contentTooLarge) }
      switch upstream.channel!.flush() {
      case .failed:
        // It may have answered before it closed: the response half will see.
        requestAbandoned = true
        connection.setDeadline(in: nil)
        return pumpResponse()
      case .blocked:
        connection.setDeadline(in: nil)
        return upstream.awaitProgress(in: configuration.upstreamBodyTimeout)
      case .done: break
      }
      // Nothing more may come; what lacked room a moment ago must not wait for it.
      if isHeldBack { continue }
      if connection.content.isDone { return requestWasSent(upstream) }
      if connection.record.bytesIn >= turnEnd { return connection.loop.callAgain(connection) }
      switch readRequestContent(upstream) {
      case .bytes, .full: continue
      case .wouldBlock:
        connection.channel.releaseIdleMemory(to: pool)
        upstream.channel!.output.releaseIfEmpty(to: pool)
        if responsePhase == .awaitingHead { upstream.setDeadline(in: nil) }
        return connection.awaitProgress()
      case .end, .failed: return clientGone()
      }
    }
  }

  private func requestWasSent(_ upstream: UpstreamConnection) {
    requestSent = true
    upstream.channel!.output.releaseIfEmpty(to: pool)
    connection.channel.releaseIdleMemory(to: pool)
    guard responsePhase == .awaitingHead else { return }
    connection.setDeadline(in: nil)
    let runs = target.operation == .run || target.operation == .stream
    upstream.setDeadline(in: runs ? configuration.firstByteRunTimeout : configuration.firstByteTimeout)
  }

  /// Reads from the client: counted content goes straight into the upstream's output.
  private func readRequestContent(_ upstream: UpstreamConnection) -> Channel.Fill {
    guard !requestIsChunked, connection.channel.input.isEmpty else { return connection.channel.fill(from: pool) }
    let (result, count) = connection.channel.read(
      into: &upstream.channel!.output, limit: connection.content.contentAhead,
      isBulk: connection.record.bytesIn >= Self.turnBytes, pool: pool)
    connection.content.advance(count)
    connection.record.bytesIn += UInt64(count)
    return result
  }

  /// Moves what a dead connection had not taken, as far as the output has room.
  private func moveRequestRest(to upstream: UpstreamConnection) {
    guard !requestRest.isEmpty else { return }
    _ = upstream.channel!.output.reserve(1, from: pool)
    let count = min(requestRest.count, upstream.channel!.output.room)
    upstream.channel!.output.append(UnsafeBufferPointer(rebasing: requestRest.readable[0..<count]))
    requestRest.consume(count)
    requestRest.releaseIfEmpty(to: pool)
  }

  /// Takes content out of the client's input, as far as the upstream's output has room.
  /// - Returns: false when bytes are left there for lack of room.
  private func moveRequestContent(to upstream: UpstreamConnection) throws(WireError) -> Bool {
    var wasDone = connection.content.isDone
    while !wasDone {
      let input = connection.channel.input.readable
      if input.isEmpty { return true }
      // A piece is never larger than the room, or the decoder would run ahead of what was moved.
      _ = upstream.channel!.output.reserve(
        min(input.count + HeadWriter.chunkOverhead, BufferPool.largeSize), from: pool)
      let room = upstream.channel!.output.room - HeadWriter.chunkOverhead
      guard room > 0 else { return false }
      switch try connection.content.next(input.span.extracting(first: min(input.count, room))) {
      case .needMore(let consumed):
        connection.channel.input.consume(consumed)
        if consumed == 0 { return input.count <= room }
      case .content(let skip, let count):
        appendContent(UnsafeBufferPointer(rebasing: input[skip..<skip + count]), to: &upstream.channel!.output)
        connection.channel.input.consume(skip + count)
        connection.record.bytesIn += UInt64(count)
      case .end(let consumed): connection.channel.input.consume(consumed)
      }
      wasDone = connection.content.isDone
      if wasDone, requestIsChunked {
        var writer = HeadWriter(upstream.channel!.output.writable)
        writer.lastChunk()
        upstream.channel!.output.commit(writer.count)
      }
    }
    return true
  }

  private func appendContent(_ piece: UnsafeBufferPointer<UInt8>, to output: inout ByteBuffer) {
    if requestIsChunked { output.appendChunk(piece) } else { output.append(piece) }
  }
}

extension ByteBuffer {
  /// Appends a chunk for which there is room.
  mutating func appendChunk(_ content: UnsafeBufferPointer<UInt8>) {
    var writer = HeadWriter(writable)
    writer.chunk(content)
    commit(writer.count)
  }
}
