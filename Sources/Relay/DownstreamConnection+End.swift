internal import HTTPWire
public import Observability
internal import Transport

/// The end of a request, and of the connection.
extension DownstreamConnection {
  /// Reads of unwanted bytes before the other connections of the loop get their turn.
  private static let lingerReadsPerTurn = 16

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

  func becomeIdle() {
    phase = .head
    scanned = 0
    setDeadline(in: server.options.idleTimeout)
    process()
  }

  func discard() {
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
      case .wouldBlock, .full: return awaitProgress()
      case .end, .failed: return close()
      }
    }
    becomeIdle()
  }

  func beginLingering() {
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

  func linger() {
    for _ in 0..<Self.lingerReadsPerTurn {
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
    loop.callAgain(self)
  }

  func logRequest() {
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
      if !responseHasLeft { record.status = 499 }
      logRequest()
    }
    channel.stream.resetOnClose()
    close()
  }

  /// The process ends, answered or not: whoever has not been sent a byte yet is told.
  func endNow() {
    switch phase {
    case .exchange: exchange?.endNow()
    case .head where !channel.input.isEmpty: refuse(.draining)
    case .head, .answering: abort(.proxy)
    case .discarding, .lingering: close()
    case .closed: return
    }
  }

  /// Closes the connection if no request has arrived on it, not even one that was not read yet.
  func closeIfIdle() {
    guard phase == .head else { return }
    channel.note(.readable)
    process()
    if phase == .head, channel.input.isEmpty { close() }
  }

  func close() {
    guard phase != .closed else { return }
    phase = .closed
    channel.discardMemory(to: loop.buffers)
    releaseRequestMemory()
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
