internal import HTTPWire
internal import Observability
internal import Transport

/// Responses made here, and the part of the head that every response has in common.
extension DownstreamConnection {
  /// Whether the connection will serve another request after this one.
  var keepsOpen: Bool { isPersistent }

  /// Closes the connection after the current request.
  func closeAfterwards() { isPersistent = false }

  /// Gives a response made here, in place of whatever else might have answered the current request.
  func give(_ answer: LocalAnswer) {
    phase = .answering
    let exchange = self.exchange
    self.exchange = nil
    exchange?.cancel()
    record.error = answer.error
    if answer.error != nil { record.end = answer.blame.end }
    if answer.closes || !canSkipContent { isPersistent = false }
    let hasContent = !isHead && answer.status != 204
    let room = 2048 + responseFields.count + (hasContent ? answer.content.count : 0)
    guard recallResponse(), channel.output.reserve(room, from: loop.buffers) else { return abort(.proxy) }
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
    responseOffset = channel.bytesWritten &+ UInt64(channel.output.count)
    record.status = status
    if record.firstByte == 0 { record.firstByte = loop.now }
  }

  /// Whether a byte of the response has left this process, so that a fault can only cut it.
  public var responseHasLeft: Bool { responseStarted && channel.bytesWritten > responseOffset }

  /// Takes back what was written of a response of which nothing has left yet; false when something has.
  private func recallResponse() -> Bool {
    guard responseStarted else { return true }
    guard !responseHasLeft else { return false }
    // What stands before it is not part of it: 100 (Continue).
    channel.output.truncate(to: Int(responseOffset &- channel.bytesWritten))
    responseStarted = false
    record.firstByte = 0
    return true
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
    writer.write(routeFields)
    writer.write(responseFields)
    if !isPersistent {
      writer.write("connection: close\r\n")
    } else if isHTTP10 {
      writer.write("connection: keep-alive\r\n")
    }
    writer.write("\r\n")
  }

  func flushAnswer() {
    switch channel.flush() {
    case .done: finish()
    case .blocked: awaitProgress()
    case .failed: abort(.client)
    }
  }

  /// Refuses what could not be read as a request, or took too long to become one.
  func refuse(_ error: ProxyError) {
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
    routeFields = server.service?.refusalFields ?? ""
    // Whatever else came is part of something that was not understood.
    channel.input.discard(to: loop.buffers)
    content = BodyDecoder(.untilClose)
    give(LocalAnswer(error))
  }

  /// Whether the rest of the request content is small enough to be read past.
  var canSkipContent: Bool {
    content.isDone || (!awaitsContinue && !content.isDelimitedByFraming && content.contentAhead <= Self.discardLimit)
  }
}
