internal import Guard
internal import HTTPServer
internal import HTTPWire
internal import Observability
internal import Text
internal import Transport
internal import Upstream

/// What an exchange does where ids are sealed: the answer to a submit is gathered for its id before its head is sent on, and
/// the ids in the answers of the queue are replaced as they pass.
extension RelayExchange {
  /// Bytes that sealing may add to a head.
  static let sealRoom = 64

  /// Why ids stay as they are.
  enum Unsealed {
    case noID, tooLarge, coded

    var reason: StaticString {
      switch self {
      case .noID: "no request_id"
      case .tooLarge: "larger than 64 KiB"
      case .coded: "content coding"
      }
    }
  }

  /// Whether the answer to a submit is still to be gathered.
  var submitIsAwaited: Bool {
    guard let job else { return false }
    return !job.isKnown && incoming.submit != .read
  }

  /// Whether the response whose head the parser has just read may go on to the client: the answer to a submit only once it
  /// is there as a whole, head and content in one buffer, or it is clear that it has no id to be read.
  func mayBegin(_ upstream: UpstreamConnection, headLength: Int) -> Bool {
    guard submitIsAwaited, let job else { return true }
    let head = proxy.responseParser.head
    let input = upstream.channel!.input.readable
    if head.framing == .none { return giveUpID(.noID) }
    if RelayExchange.isCoded(head, input.span) { return giveUpID(.coded) }
    let content = UnsafeBufferPointer(rebasing: input[headLength...])
    switch head.framing {
    case .contentLength(let length):
      if length > UInt64(BufferPool.largeSize - headLength) { return giveUpID(.tooLarge) }
      guard content.count >= Int(length) else { return false }
      readID(content.span.extracting(0..<Int(length)), job)
    case .untilClose:
      guard incoming.submit == .ended else { return false }
      readID(content.span, job)
    case .chunked:
      var pump = BodyPump(.chunked)
      let text = withUnsafeTemporaryAllocation(
        byteCount: content.count + BodyPump.overhead + 1, alignment: 1
      ) { memory in
        (try? pump.move(content, into: memory, as: .plain)).map { [UInt8](memory[..<$0.written]) }
      }
      // What is no chunk is told as for every response.
      guard let text else { return true }
      guard pump.isDone else { return false }
      readID(text.span, job)
    case .none: break
    }
    return true
  }

  /// The end of the connection is the end of the answer to a submit.
  func noteSubmitEnded() { incoming.submit = .ended }

  /// Lets the answer to a submit pass as it is.
  @discardableResult
  func giveUpID(_ why: Unsealed) -> Bool {
    incoming.submit = .read
    let status = proxy.responseParser.head.status
    // fal has refused it: there is no job.
    if status < 300 { noteUnsealed(why) }
    return true
  }

  private func readID(_ content: Span<UInt8>, _ job: OwnedJob) {
    let name = OwnedJob.idMember
    guard let value = try? JSONSkipper.member(name.span, in: content), value.count > 2,
      content[value.lowerBound] == UInt8(ascii: "\""),
      job.learn(content.extracting(value.lowerBound + 1..<value.upperBound - 1))
    else {
      giveUpID(.noID)
      return
    }
    incoming.submit = .read
    let id = job.id
    stream.record.note(.job, id.span)
  }

  private func noteUnsealed(_ why: Unsealed) {
    why.reason.withUTF8Buffer { stream.record.note(.unsealed, $0.span) }
  }

  /// What replaces the ids in a response; nil for one that passes as it is: without content, and a result that is one.
  func jobFilter(for head: borrowing ResponseHead, _ bytes: Span<UInt8>) -> JobFilter? {
    guard let job, job.isKnown, head.framing != .none else { return nil }
    guard !attempt.request.isResult || head.status >= 400 else { return nil }
    guard !RelayExchange.isCoded(head, bytes) else {
      noteUnsealed(.coded)
      return nil
    }
    return JobFilter(job)
  }

  private static func isCoded(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) -> Bool {
    for line in head.fields.lines where line.kind == .contentEncoding {
      if !bytes.extracting(line.value).equalsIgnoringCase("identity") { return true }
    }
    return false
  }
}
