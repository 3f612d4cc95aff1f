internal import HTTPWire
public import Observability
internal import Transport

/// The end of a request, and of the connection.
extension HTTP1Connection {
  /// Reads of unwanted bytes before the other connections of the loop get their turn.
  private static let lingerReadsPerTurn = 16

  /// Logs, and serves the next request or closes.
  public func finish() {
    phase = .head
    exchange = nil
    let state = state
    if !state.content.isDone, state.content.knownRest == nil { isPersistent = false }
    logRequest(state)
    if !isPersistent || server.isDraining { return beginLingering() }
    if !state.content.isDone {
      phase = .discarding
      return discard()
    }
    becomeIdle()
  }

  /// A response that is neither as long as stated nor has a last chunk, and then the end of the connection.
  public func breakOff() {
    isPersistent = false
    finish()
  }

  func discard() {
    while !state.content.isDone {
      if !channel.input.isEmpty {
        do {
          channel.input.consume(try state.content.skip(channel.input.readable))
        } catch {
          return close()
        }
        if state.content.isDone { break }
      }
      switch channel.fill(from: loop.buffers) {
      case .bytes: continue
      case .wouldBlock, .full: return awaitClient()
      case .end, .failed: return close()
      }
    }
    becomeIdle()
  }

  func beginLingering() {
    channel.output.discard(to: loop.buffers)
    // Closing with unread bytes would turn into a reset, which can cost the client the answer (RFC 9112 §9.6).
    if channel.peerFinished || (state.content.isDone && channel.input.isEmpty && !channel.mayHaveMore) {
      return close()
    }
    phase = .lingering
    channel.stream.finishWriting()
    // Content may go on coming for as long as it might have before; silence ends it sooner.
    state.lingerEnd = loop.now &+ options.stallTimeout
    setDeadline(in: options.lingerTimeout)
    linger()
  }

  func linger() {
    for _ in 0..<HTTP1Connection.lingerReadsPerTurn {
      channel.input.discard(to: loop.buffers)
      switch channel.fill(from: loop.buffers) {
      case .bytes:
        guard loop.now < state.lingerEnd else { return close() }
        setDeadline(in: options.lingerTimeout)
      case .wouldBlock:
        channel.discardMemory(to: loop.buffers)
        return
      case .full, .end, .failed: return close()
      }
    }
    loop.callAgain(self)
  }

  private func logRequest(_ state: RequestState) {
    state.record.bytesIn = state.content.contentCount
    state.record.bytesOut = channel.bytesWritten &- state.answerOffset
    server.logRequest(state.record)
  }

  /// Resets the connection, so that a cut response is never taken for a whole one.
  public func abort(by party: Party) {
    guard phase != .closed else { return }
    let exchange = self.exchange
    let wasServing = phase == .exchange || phase == .answering
    self.exchange = nil
    exchange?.cancel()
    if wasServing {
      record.endedBy = party
      if !responseHasLeft { record.status = 499 }
      logRequest(state)
    }
    channel.stream.resetOnClose()
    close()
  }

  /// The process ends, answered or not: whoever has not been sent a byte yet is told.
  func endNow() {
    switch phase {
    case .exchange: exchange?.endNow()
    case .head where !channel.input.isEmpty: refuse(.draining)
    case .head: close()
    case .discarding: beginLingering()
    // These have their answer; what is left of the time is for it to arrive.
    case .answering, .lingering, .closed: return
    }
  }

  /// Closes the connection if no request has arrived on it, not even one that was not read yet.
  func closeIfIdle() {
    if phase == .discarding { return beginLingering() }
    guard phase == .head else { return }
    channel.note(.readable)
    process()
    if phase == .head, channel.input.isEmpty { close() }
  }

  /// Closes a connection that waits without a request; not one whose request has come and was not read yet.
  /// - Returns: whether it is closed.
  func giveUpWaiting() -> Bool {
    if phase == .head {
      let written = channel.bytesWritten
      channel.note(.readable)
      process()
      if channel.bytesWritten != written { return false }
    }
    guard phase == .head || phase == .lingering else { return phase == .closed }
    close()
    return true
  }

  /// Ends the connection for another, which needs its part of the reserve.
  func makeWay() {
    if giveUpWaiting() { return }
    // An answer that has been handed over whole is not cut.
    if phase == .lingering { close() } else { abort(by: .proxy) }
  }

  func close() {
    guard phase != .closed else { return }
    phase = .closed
    channel.discardMemory(to: loop.buffers)
    releaseRequestMemory()
    server.closed(self)
  }
}
