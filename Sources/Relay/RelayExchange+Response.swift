internal import HTTPWire
internal import Observability
internal import Transport
internal import Upstream

/// The response half: from the upstream's input to the client's output.
extension RelayExchange {
  /// Interim responses (1xx) tolerated before the final one.
  private static let interimLimit = 16

  /// Moves the response until one side has to wait.
  func pumpResponse() {
    var moved: UInt64 = 0
    while let upstream, upstream.channel != nil {
      if responsePhase == .awaitingHead {
        guard readResponseHead(upstream) else { return }
        continue
      }
      let isHeldBack: Bool
      do {
        isHeldBack = try !moveResponseContent(from: upstream)
      } catch {
        return upstreamInvalid()
      }
      if responseContent.isDone { return responseWasRead(upstream) }
      // While nothing has left, what is already here is looked at first: if it is no answer, the client can be told.
      if !isHeldBack, !connection.responseHasLeft, upstream.mayHaveMore {
        let (result, count) = readResponseContent(upstream)
        moved += UInt64(count)
        switch result {
        case .bytes: continue
        case .wouldBlock, .full: break
        case .end where responseContent.endsWithConnection: return responseEndedWithConnection(upstream)
        case .end, .failed: return upstreamInvalid()
        }
      }
      switch connection.channel.flush() {
      case .failed: return clientGone()
      case .blocked:
        upstream.setDeadline(in: nil)
        return connection.awaitProgress()
      case .done: break
      }
      // Nothing more may come; what lacked room a moment ago must not wait for it.
      if isHeldBack { continue }
      let (result, count) = readResponseContent(upstream)
      moved += UInt64(count)
      switch result {
      case .bytes, .full:
        guard moved >= Self.turnBytes else { continue }
        if requestSent || requestAbandoned { connection.setDeadline(in: nil) }
        upstream.awaitProgress(in: configuration.upstreamBodyTimeout)
        return connection.loop.callAgain(upstream)
      case .wouldBlock:
        upstream.channel!.input.releaseIfEmpty(to: pool)
        connection.channel.output.releaseIfEmpty(to: pool)
        if requestSent || requestAbandoned { connection.setDeadline(in: nil) }
        return upstream.awaitProgress(in: configuration.upstreamBodyTimeout)
      case .end where responseContent.endsWithConnection: return responseEndedWithConnection(upstream)
      case .end, .failed: return upstreamInvalid()
      }
    }
  }

  // MARK: Head

  /// Reads the response head, past interim ones; false when it has to wait or the exchange is over.
  private func readResponseHead(_ upstream: UpstreamConnection) -> Bool {
    while true {
      let input = upstream.channel!.input.readable
      if !input.isEmpty {
        do {
          if let length = try service.responseParser.parse(input.span, answering: method, scanned: &responseScanned) {
            switch service.responseParser.head.status {
            case 101:
              upstreamInvalid()
              return false
            case 100..<200:
              if !service.responseParser.head.isPersistent { interimEndsConnection = true }
              upstream.channel!.input.consume(length)
              interimCount += 1
              if interimCount > Self.interimLimit {
                upstreamInvalid()
                return false
              }
              continue
            case 408 where isStaleTimeout(upstream) && retryOnFreshConnection(): return false
            default: return beginResponse(upstream, headLength: length)
            }
          }
        } catch {
          upstreamInvalid()
          return false
        }
      }
      switch upstream.channel!.fill(from: pool) {
      case .bytes: continue
      case .wouldBlock: return false
      case .full:
        upstreamInvalid()
        return false
      case .end, .failed:
        if input.isEmpty { upstreamDied() } else { upstreamInvalid() }
        return false
      }
    }
  }

  /// Whether a 408 was meant for the idle connection, sent before this request had arrived (RFC 9110 §15.5.9).
  private func isStaleTimeout(_ upstream: UpstreamConnection) -> Bool {
    upstream.isReused && !service.responseParser.head.isPersistent
  }

  private func beginResponse(_ upstream: UpstreamConnection, headLength: Int) -> Bool {
    let head = service.responseParser.head
    let framing = head.framing
    responseContent = BodyDecoder(framing)
    responseEndsConnection = !head.isPersistent || interimEndsConnection
    requestHead.discard(to: pool)
    // A client still sending what fal has already answered cannot be told apart from its next request.
    if !connection.content.isDone { connection.closeAfterwards() }
    let isUnbounded = framing == .chunked || framing == .untilClose
    responseIsChunked = isUnbounded && !connection.isHTTP10
    if isUnbounded, connection.isHTTP10 { connection.closeAfterwards() }

    let waiting = upstream.channel!.input.count - headLength
    let room = headLength + 1280 + connection.responseFields.count
    _ = connection.channel.output.reserve(
      min(room + waiting + HeadWriter.chunkOverhead, BufferPool.largeSize), from: pool)
    var writer = HeadWriter(connection.channel.output.writable)
    let bytes = UnsafeBufferPointer(rebasing: upstream.channel!.input.readable[0..<headLength])
    let hasDate = ResponseHeadRules.write(&writer, head: head, bytes.span)
    connection.noteResponse(status: head.status)
    if responseIsChunked {
      writer.write("transfer-encoding: chunked\r\n")
    } else if case .contentLength(let length) = framing {
      writeLength(length, &writer)
    } else if framing == .none, let length = head.statedLength {
      writeLength(length, &writer)
    }
    if !hasDate { writer.write(connection.server.dateField) }
    connection.endResponseHead(&writer)
    guard !writer.overflowed else {
      connection.responseStarted = false
      upstreamInvalid()
      return false
    }
    connection.channel.output.commit(writer.count)
    if head.status == 401 || head.status == 403 { watchForVerdict(head, bytes.span) }
    upstream.channel!.input.consume(headLength)
    responsePhase = .content
    return true
  }

  private func writeLength(_ length: UInt64, _ writer: inout HeadWriter) {
    writer.write("content-length: ")
    writer.write(decimal: length)
    writer.write("\r\n")
  }

  // MARK: What fal says about the key

  /// An answer that may be about the proxy's own key rather than the request.
  private func watchForVerdict(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) {
    guard head.fields.first(.contentEncoding) != nil else {
      keyText = []
      return
    }
    service.keyVerdicts.note(.unread, now: connection.loop.now)
  }

  private func noteVerdict() {
    guard let text = keyText else { return }
    keyText = nil
    guard let verdict = KeyVerdict(status: connection.record.status, content: text) else { return }
    service.keyVerdicts.note(verdict, now: connection.loop.now)
  }

  // MARK: Content

  /// Reads from the upstream: content that needs no framing of ours goes straight into the client's output.
  private func readResponseContent(_ upstream: UpstreamConnection) -> (Channel.Fill, Int) {
    guard !responseIsChunked, !responseContent.isDelimitedByFraming, keyText == nil, upstream.channel!.input.isEmpty
    else {
      let before = upstream.channel!.input.count
      let result = upstream.channel!.fill(from: pool)
      return (result, upstream.channel!.input.count - before)
    }
    let (result, count) = upstream.channel!.read(
      into: &connection.channel.output, limit: responseContent.contentAhead,
      isBulk: responseBytes >= Self.turnBytes, pool: pool)
    responseContent.advance(count)
    responseBytes += UInt64(count)
    return (result, count)
  }

  /// Takes content out of the upstream's input, as far as the client's output has room.
  /// - Returns: false when bytes are left there for lack of room.
  private func moveResponseContent(from upstream: UpstreamConnection) throws(WireError) -> Bool {
    while !responseContent.isDone {
      let input = upstream.channel!.input.readable
      if input.isEmpty { return true }
      _ = connection.channel.output.reserve(
        min(input.count + HeadWriter.chunkOverhead, BufferPool.largeSize), from: pool)
      let room = connection.channel.output.room - HeadWriter.chunkOverhead
      guard room > 0 else { return false }
      switch try responseContent.next(input.span.extracting(first: min(input.count, room))) {
      case .needMore(let consumed):
        upstream.channel!.input.consume(consumed)
        if consumed == 0 { return input.count <= room }
      case .content(let skip, let count):
        let piece = UnsafeBufferPointer(rebasing: input[skip..<skip + count])
        if keyText != nil {
          keyText!.append(contentsOf: piece.prefix(KeyVerdict.contentLimit))
          if keyText!.count >= KeyVerdict.contentLimit { noteVerdict() }
        }
        if responseIsChunked {
          connection.channel.output.appendChunk(piece)
        } else {
          connection.channel.output.append(piece)
        }
        upstream.channel!.input.consume(skip + count)
      case .end(let consumed): upstream.channel!.input.consume(consumed)
      }
    }
    return true
  }

  // MARK: End

  private func responseEndedWithConnection(_ upstream: UpstreamConnection) {
    responseEndsConnection = true
    responseWasRead(upstream)
  }

  /// The upstream's part is over; what is left is in the client's output.
  private func responseWasRead(_ upstream: UpstreamConnection) {
    responsePhase = .done
    noteVerdict()
    if responseIsChunked {
      _ = connection.channel.output.reserve(HeadWriter.chunkOverhead, from: pool)
      var writer = HeadWriter(connection.channel.output.writable)
      writer.lastChunk()
      guard !writer.overflowed else { return upstreamInvalid() }
      connection.channel.output.commit(writer.count)
    }
    self.upstream = nil
    upstream.finishLoan(isReusable: requestSent && !responseEndsConnection)
    finishWhenFlushed()
  }

  /// Ends the exchange once the client has taken everything.
  func finishWhenFlushed() {
    switch connection.channel.flush() {
    case .done:
      isOver = true
      requestHead.discard(to: pool)
      if !connection.content.isDone { connection.closeAfterwards() }
      connection.finish()
    case .blocked: connection.awaitProgress()
    case .failed: clientGone()
    }
  }
}
