internal import Guard
internal import HTTPServer
internal import HTTPWire
internal import Observability
internal import Text
internal import Transport
internal import Upstream

/// The response half: from the upstream's input to the client's output.
extension RelayExchange {
  /// Moves the response until one side has to wait.
  func pumpResponse() {
    var moved: UInt64 = 0
    while let upstream, upstream.channel != nil {
      if attempt.receiving == .head {
        guard readResponseHead(upstream) else { return }
        continue
      }
      let outcome: BodyPump.Outcome
      do {
        outcome = try moveContent(from: upstream)
      } catch {
        return take(.invalid)
      }
      if outcome == .done { return responseWasRead(upstream) }
      // While nothing has left, what is already here is looked at first: if it is no answer, the client can be told.
      if outcome == .needsInput, upstream.mayHaveMore, !stream.responseHasLeft {
        let (result, count) = readContent(upstream)
        moved += UInt64(count)
        switch result {
        case .bytes: continue
        case .wouldBlock, .full: break
        case .end, .failed:
          guard endsHere(result) else { return take(.invalid) }
          continue
        }
      }
      switch stream.flush() {
      case .failed: return take(.clientGone)
      case .blocked: return stand(.clientTakesNoMore)
      case .done: break
      }
      // Nothing more may come; what lacked room a moment ago must not wait for it.
      if outcome == .needsRoom { continue }
      let (result, count) = readContent(upstream)
      moved += UInt64(count)
      switch result {
      case .bytes, .full:
        guard moved >= UInt64(proxy.loop.shareOfTurn) else { continue }
        stand(.upstreamSendsNoMore)
        return proxy.loop.callAgain(upstream)
      case .wouldBlock:
        upstream.channel!.input.releaseIfEmpty(to: pool)
        stream.releaseIdleMemory()
        return stand(.upstreamSendsNoMore)
      case .end, .failed:
        guard endsHere(result) else { return take(.invalid) }
      }
    }
  }

  /// Whether the end of the connection is the proper end of the content.
  private func endsHere(_ result: Channel.Fill) -> Bool {
    guard result == .end, incoming.pump.endsWithConnection else { return false }
    incoming.pump.endWithConnection()
    return true
  }

  // MARK: Head

  /// Reads the response head, past interim ones; false when it has to wait or the exchange is over.
  private func readResponseHead(_ upstream: UpstreamConnection) -> Bool {
    // The parser is the loop's; what it holds a head to is the exchange's own configuration.
    proxy.responseParser.limits = generation.upstream.head
    while true {
      let input = upstream.channel!.input.readable
      if !input.isEmpty {
        do {
          if let length = try proxy.responseParser.parse(
            input.span, answering: attempt.request.method, scanned: &incoming.scanned)
          {
            switch proxy.responseParser.head.status {
            case 101: return decide(.invalid)
            case 100..<200:
              upstream.channel!.input.consume(length)
              guard decide(.interim(isPersistent: proxy.responseParser.head.isPersistent)) else { return false }
              continue
            default:
              if mayBegin(upstream, headLength: length) { return beginResponse(upstream, headLength: length) }
            }
          }
        } catch {
          return decide(.invalid)
        }
      }
      switch upstream.channel!.fill(from: pool, upTo: headRoom) {
      case .bytes: continue
      case .wouldBlock: return false
      case .full where submitIsAwaited: giveUpID(.tooLarge)
      case .full: return decide(.invalid)
      case .end where incoming.gathered?.endsWithConnection == true: incoming.gathered?.endWithConnection()
      case .end, .failed: return decide(input.isEmpty ? .ended : .invalid)
      }
    }
  }

  private func beginResponse(_ upstream: UpstreamConnection, headLength: Int) -> Bool {
    let head = proxy.responseParser.head
    guard decide(.head(status: head.status, isPersistent: head.isPersistent)) else { return false }
    outgoing.forgetHead(pool)
    let bytes = UnsafeBufferPointer(rebasing: upstream.channel!.input.readable[0..<headLength]).span
    let waiting = upstream.channel!.input.count - headLength
    let (job, filter) = (job, jobFilter(for: head, bytes))
    let output = stream.beginResponse(
      head.status, reason: bytes.extracting(head.reason), length: filter?.keepsLength == false ? .unknown : head.length,
      room: headLength + waiting + BodyPump.overhead + (job == nil ? 0 : RelayExchange.sealRoom)
    ) { writer in ResponseHeadRules.write(&writer, head: head, bytes, job: job, isRewritten: filter != nil) }
    guard let output else { return decide(.invalid) }
    incoming.pump = BodyPump(head.framing, filter: filter)
    incoming.output = output
    note(head, bytes)
    if head.status == 401 || head.status == 403 { watchForVerdict(head, bytes) }
    upstream.channel!.input.consume(headLength)
    return true
  }

  private func note(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) {
    var (id, units): (Span<UInt8>?, Span<UInt8>?)
    for line in head.fields.lines where !line.isNamedByConnection {
      switch line.kind {
      case .falRequestID where id == nil: id = bytes.extracting(line.value)
      case .falBillableUnits where units == nil: units = bytes.extracting(line.value)
      default: continue
      }
    }
    if id != nil || units != nil {
      let record = stream.record
      if let id { record.note(.falRequestID, id) }
      if let units { record.note(.billableUnits, units) }
    }
    claim?.noteHead(status: head.status, id: id, own: job, now: proxy.loop.now)
  }

  // MARK: Content

  /// Reads from the upstream: content that needs no framing of ours goes straight into the client's output.
  private func readContent(_ upstream: UpstreamConnection) -> (Channel.Fill, Int) {
    let limit = incoming.pump.directLimit(incoming.output)
    guard limit > 0, incoming.keyText == nil, claim?.isWatching != true, upstream.channel!.input.isEmpty else {
      let before = upstream.channel!.input.count
      let result = upstream.channel!.fill(from: pool)
      return (result, upstream.channel!.input.count - before)
    }
    // Readiness first: memory is not taken for a stream that has nothing.
    guard upstream.mayHaveMore else { return (.wouldBlock, 0) }
    let share = proxy.loop.shareOfTurn
    let isBulk = incoming.pump.contentCount >= Self.longContent && share >= BufferPool.bulkSize
    let block = pool.blockSize(isBulk ? BufferPool.bulkSize : BufferPool.largeSize)
    let memory = stream.outputRoom(Int(min(limit, UInt64(block))), upTo: block)
    let (result, count) = upstream.channel!.read(into: memory, limit: min(limit, UInt64(share)))
    incoming.pump.advance(count)
    stream.commitOutput(count)
    return (result, count)
  }

  /// Takes content out of the upstream's input, as far as the client's output has room.
  private func moveContent(from upstream: UpstreamConnection) throws(WireError) -> BodyPump.Outcome {
    let input = upstream.channel!.input.readable
    if input.isEmpty {
      guard incoming.pump.isDone else { return .needsInput }
      if incoming.output == .plain, !incoming.pump.isFiltered { return .done }
    }
    if incoming.keyText != nil { try noteKeyText(input) }
    let memory = stream.outputRoom(
      min(input.count + BodyPump.overhead + 1, BufferPool.largeSize), upTo: BufferPool.largeSize)
    let before = claim?.isWatching == true ? incoming.pump.unfiltered : nil
    let move = try incoming.pump.move(input, into: memory, as: incoming.output)
    if let before { watch(UnsafeBufferPointer(rebasing: input[..<move.consumed]), from: before) }
    upstream.channel!.input.consume(move.consumed)
    stream.commitOutput(move.written)
    return move.outcome
  }

  /// The upstream's part is over; what is left is in the client's output.
  private func responseWasRead(_ upstream: UpstreamConnection) {
    attempt.note(.responseRead)
    self.upstream = nil
    upstream.finishLoan(isReusable: !attempt.endsConnection)
    finishWhenFlushed()
  }

  // MARK: What fal says about the key

  /// An answer that may be about the proxy's own key rather than the request.
  private func watchForVerdict(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) {
    var (isDeflated, isUnread) = (false, false)
    if let line = head.fields.first(.contentEncoding) {
      let coding = bytes.extracting(line.value)
      isDeflated =
        coding.equalsIgnoringCase("gzip") || coding.equalsIgnoringCase("x-gzip")
        || coding.equalsIgnoringCase("deflate")
      isUnread = !isDeflated && !coding.equalsIgnoringCase("identity")
    }
    if isUnread {
      if head.status == 401 { proxy.keyVerdicts.note(.unread, now: proxy.loop.now) }
    } else {
      incoming.keyText = IncomingResponse.KeyText(status: head.status, isDeflated: isDeflated)
    }
  }

  /// Looks at content that is about to be moved.
  private func noteKeyText(_ input: UnsafeBufferPointer<UInt8>) throws(WireError) {
    // A copy of the pump reads the same bytes into memory of its own.
    var pump = incoming.pump.unfiltered
    let room = KeyVerdict.contentLimit + BodyPump.overhead
    let content = try withUnsafeTemporaryAllocation(byteCount: room, alignment: 1) { memory throws(WireError) in
      let move = try pump.move(input, into: memory, as: .plain)
      return [UInt8](memory[..<move.written])
    }
    incoming.keyText!.content += content
    if let verdict = incoming.keyText!.verdict {
      proxy.keyVerdicts.note(verdict, now: proxy.loop.now)
      incoming.keyText = nil
    } else if incoming.keyText!.content.count >= KeyVerdict.contentLimit {
      incoming.keyText = nil
    }
  }
}

extension ResponseHead {
  /// How long the content is, as far as the head says.
  fileprivate var length: ResponseLength {
    switch framing {
    case .contentLength(let length): .exactly(length)
    case .chunked, .untilClose: .unknown
    case .none: statedLength.map { .exactly($0) } ?? .none
    }
  }
}
