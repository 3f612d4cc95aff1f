internal import HTTPWire
internal import Observability
internal import Text
internal import Transport

/// Responses made here, and the part of the head that every response has in common.
extension HTTP1Connection {
  /// Unwanted content that is read past rather than answered with a close.
  private static let discardLimit: UInt64 = 64 << 10

  public func give(_ answer: LocalAnswer) {
    let exchange = self.exchange
    self.exchange = nil
    exchange?.cancel()
    phase = .answering
    record.error = answer.error
    record.endedBy = answer.party
    guard recallResponse() else { return abort(by: answer.party ?? .proxy) }
    if answer.closes || !canSkipContent { isPersistent = false }
    // A response that may have content states its length, also to HEAD; 204 must not, and 304 would state another's
    // (RFC 9110 §8.6).
    let hasNone = answer.status == 204 || answer.status == 304
    let length = hasNone ? ResponseLength.none : .exactly(UInt64(answer.content.count))
    let content = state.isHead || hasNone ? [] : answer.content
    let room = answer.fields.reduce(256) { $0 + $1.0.utf8CodeUnitCount + $1.1.utf8.count + 4 }
    let output = reasonPhrase(answer.status).withSpan { reason in
      beginResponse(answer.status, reason: reason, length: length, room: room + content.count) { writer in
        for (name, value) in answer.fields { writer.field(name, value) }
        if let type = answer.contentType {
          writer.write("content-type: ")
          writer.write(type)
          writer.write("\r\nx-content-type-options: nosniff\r\n")
        }
        return false
      }
    }
    guard output != nil else { return abort(by: .proxy) }
    guard content.count <= channel.output.room else {
      return go(on: AnswerExchange(on: self, rest: content[...]))
    }
    content.withUnsafeBufferPointer { channel.output.append($0) }
    flushAnswer()
  }

  func flushAnswer() {
    switch channel.flush() {
    case .done: finish()
    case .blocked: awaitClient()
    case .failed: abort(by: .client)
    }
  }

  /// Notes that the head of the response has been written.
  func noteResponse(_ status: Int, _ state: RequestState) {
    state.responseStarted = true
    state.responseOffset = channel.bytesWritten &+ UInt64(channel.output.count)
    state.record.status = status
    if state.record.firstByte == 0 { state.record.firstByte = loop.now }
  }

  /// Takes back what was written of a response of which nothing has left yet; false when something has.
  private func recallResponse() -> Bool {
    let state = state
    guard state.responseStarted else { return true }
    guard !responseHasLeft else { return false }
    // What stands before it is not part of it: 100 (Continue).
    channel.output.truncate(to: Int(state.responseOffset &- channel.bytesWritten))
    state.responseStarted = false
    record.firstByte = 0
    return true
  }

  /// Writes the fields every response carries, and the end of the head.
  func endHead(_ writer: inout HeadWriter, _ state: RequestState) {
    // Draining may have begun while the answer was awaited.
    if server.isDraining { isPersistent = false }
    let record = state.record
    writer.write("x-request-id: ")
    record.labels.withUnsafeBufferPointer { labels in
      writer.write(UnsafeBufferPointer(rebasing: labels[record.requestID]))
    }
    writer.write("\r\n")
    writer.write(state.routeFields)
    writer.write(state.responseFields)
    if !isPersistent {
      writer.write("connection: close\r\n")
    } else if state.isHTTP10 {
      writer.write("connection: keep-alive\r\n")
    }
    writer.write("\r\n")
  }

  /// Forgets the request before.
  func beginState() -> RequestState {
    let state = state
    state.reset(server.options)
    let record = state.record
    record.client = address
    record.started = loop.now
    state.answerOffset = channel.bytesWritten
    return state
  }

  /// Refuses what could not be read as a request, or took too long to become one.
  func refuse(_ cause: Cause) {
    // Nobody knows yet whom it would be an answer to.
    if awaitsProxyHeader { return close() }
    let state = beginState()
    isPersistent = false
    server.newRequestID(into: &state.record.labels)
    state.record.requestID = 0..<state.record.labels.count
    if let service = server.service {
      state.routeFields = service.commonFields
      let head = channel.input.readable.span
      if let origin = UnreadableHead.origin(in: head) {
        service.addRefusalFields(for: head.extracting(origin), on: self)
      }
    }
    // Whatever else came is part of something that was not understood.
    channel.input.discard(to: loop.buffers)
    state.content = BodyPump(.untilClose)
    give(LocalAnswer(cause))
  }

  /// Whether the rest of the request content is small enough to be read past.
  private var canSkipContent: Bool {
    guard let rest = state.content.knownRest else { return false }
    return rest == 0 || (!state.awaitsContinue && rest <= HTTP1Connection.discardLimit)
  }
}

extension StaticString {
  /// Calls `body` with the bytes.
  func withSpan<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    withUTF8Buffer { body($0.span) }
  }
}
