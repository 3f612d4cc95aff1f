internal import HTTPWire
internal import Observability
internal import Transport

/// Responses made here, and the part of the head that every response has in common.
extension HTTP1Connection {
  /// Unwanted content that is read past rather than answered with a close.
  private static let discardLimit: UInt64 = 64 << 10

  package func give(_ answer: LocalAnswer) {
    let exchange = self.exchange
    self.exchange = nil
    exchange?.cancel()
    phase = .answering
    record.error = answer.error
    record.endedBy = answer.party
    guard recallResponse() else { return abort(by: answer.party ?? .proxy) }
    if answer.closes || !canSkipContent { isPersistent = false }
    // A response that may have content states its length, also to HEAD; 204 must not (RFC 9110 §8.6).
    let length = answer.status == 204 ? ResponseLength.none : .exactly(UInt64(answer.content.count))
    let hasContent = !current.isHead && answer.status != 204
    let fieldRoom = answer.fields.reduce(256) { $0 + $1.0.utf8CodeUnitCount + $1.1.utf8.count + 4 }
    let room = fieldRoom + (hasContent ? answer.content.count : 0)
    let reason = reasonPhrase(answer.status)
    let output = reason.withSpan { reason in
      beginResponse(answer.status, reason: reason, length: length, room: room) { writer in
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
    if hasContent { current.rest = answer.content[...] }
    flushAnswer()
  }

  /// Writes what is left of an answer made at once, as far as the client takes it.
  func flushAnswer() {
    while true {
      if !current.rest.isEmpty {
        let memory = outputRoom(min(current.rest.count, BufferPool.largeSize), upTo: BufferPool.largeSize)
        let count = min(current.rest.count, memory.count)
        current.rest.withUnsafeBytes { memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        commitOutput(count)
        current.rest = count < current.rest.count ? current.rest.dropFirst(count) : []
      }
      switch channel.flush() {
      case .done where current.rest.isEmpty: return finish()
      case .done: continue
      case .blocked: return awaitClient()
      case .failed: return abort(by: .client)
      }
    }
  }

  /// Notes that the head of the response has been written.
  func noteResponse(_ status: Int) {
    current.responseStarted = true
    current.responseOffset = channel.bytesWritten &+ UInt64(channel.output.count)
    record.status = status
    if record.firstByte == 0 { record.firstByte = loop.now }
  }

  /// Takes back what was written of a response of which nothing has left yet; false when something has.
  private func recallResponse() -> Bool {
    guard current.responseStarted else { return true }
    guard !responseHasLeft else { return false }
    // What stands before it is not part of it: 100 (Continue).
    channel.output.truncate(to: Int(current.responseOffset &- channel.bytesWritten))
    current.responseStarted = false
    record.firstByte = 0
    return true
  }

  /// Writes the fields every response carries, and the end of the head.
  func endHead(_ writer: inout HeadWriter) {
    // Draining may have begun while the answer was awaited.
    if server.isDraining { isPersistent = false }
    writer.write("x-request-id: ")
    record.labels.withUnsafeBufferPointer { labels in
      writer.write(UnsafeBufferPointer(rebasing: labels[record.requestID]))
    }
    writer.write("\r\n")
    writer.write(routeFields)
    writer.write(responseFields)
    if !isPersistent {
      writer.write("connection: close\r\n")
    } else if current.isHTTP10 {
      writer.write("connection: keep-alive\r\n")
    }
    writer.write("\r\n")
  }

  /// Refuses what could not be read as a request, or took too long to become one.
  func refuse(_ cause: Cause) {
    beginRecord()
    isPersistent = false
    server.newRequestID(into: &record.labels)
    record.requestID = 0..<record.labels.count
    routeFields = server.service?.refusalFields ?? ""
    // Whatever else came is part of something that was not understood.
    channel.input.discard(to: loop.buffers)
    content = BodyPump(.untilClose)
    give(LocalAnswer(cause))
  }

  /// Whether the rest of the request content is small enough to be read past.
  private var canSkipContent: Bool {
    guard let rest = content.knownRest else { return false }
    return rest == 0 || (!current.awaitsContinue && rest <= HTTP1Connection.discardLimit)
  }
}

extension StaticString {
  /// Calls `body` with the bytes.
  func withSpan<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    withUTF8Buffer { body($0.span) }
  }
}
