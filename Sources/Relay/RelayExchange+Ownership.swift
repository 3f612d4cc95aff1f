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

  /// How much may come before a response begins: of the answer to a submit its content in the smallest chunks.
  var headRoom: Int { incoming.gathered == nil || pool.isTight ? BufferPool.largeSize : BufferPool.bulkSize }

  /// Whether the answer to a submit is still to be gathered.
  var submitIsAwaited: Bool {
    guard let job else { return false }
    return !job.isKnown && !incoming.idIsRead
  }

  /// Whether the response whose head the parser has just read may go on to the client: the answer to a submit only once it
  /// is there as a whole, or it is clear that it has no id to be read; another that tells its length only once it is clear
  /// that sealing leaves it as it is.
  func mayBegin(_ upstream: UpstreamConnection, headLength: Int) -> Bool {
    guard let job else { return true }
    let input = upstream.channel!.input.readable
    let content = UnsafeBufferPointer(rebasing: input[headLength...])
    if submitIsAwaited { return mayBeginSubmit(job, content, input.span) }
    let head = proxy.responseParser.head
    guard !incoming.idIsRead, isToBeRewritten(head), case .contentLength(let length) = head.framing else { return true }
    if length > BufferPool.largeSize - headLength {
      incoming.keepsLength = false
      return true
    }
    guard content.count >= Int(length) else { return false }
    incoming.keepsLength = JobFilter.keepsLength(content.span.extracting(0..<Int(length)), of: job)
    return true
  }

  private func mayBeginSubmit(_ job: OwnedJob, _ content: UnsafeBufferPointer<UInt8>, _ bytes: Span<UInt8>) -> Bool {
    let head = proxy.responseParser.head
    if head.framing == .none { return giveUpID(.noID) }
    if RelayExchange.isCoded(head, bytes) { return giveUpID(.coded) }
    if case .contentLength(let length) = head.framing, length > GatheredContent.limit { return giveUpID(.tooLarge) }
    let gathered = incoming.gathered ?? GatheredContent(head.framing)
    incoming.gathered = gathered
    switch try? gathered.take(content) {
    case .unfinished: return false
    case .whole:
      let bytes = gathered.bytes
      readID(bytes.span, job)
    case .tooLarge: giveUpID(.tooLarge)
    // What is no chunk is told as for every response.
    case nil: break
    }
    return true
  }

  /// Lets the answer to a submit pass as it is.
  @discardableResult
  func giveUpID(_ why: Unsealed) -> Bool {
    incoming.idIsRead = true
    incoming.gathered = nil
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
    incoming.idIsRead = true
    incoming.gathered = nil
    incoming.keepsLength = JobFilter.keepsLength(content, of: job)
    let id = job.id
    stream.record.note(.job, id.span)
  }

  private func noteUnsealed(_ why: Unsealed) {
    why.reason.withUTF8Buffer { stream.record.note(.unsealed, $0.span) }
  }

  /// What replaces the ids in a response; nil for one that passes as it is: without content, and a result that is one.
  func jobFilter(for head: borrowing ResponseHead, _ bytes: Span<UInt8>) -> JobFilter? {
    guard let job, isToBeRewritten(head) else { return nil }
    guard !RelayExchange.isCoded(head, bytes) else {
      noteUnsealed(.coded)
      return nil
    }
    return JobFilter(job, keepsLength: head.framing.statesLength && incoming.keepsLength)
  }

  private func isToBeRewritten(_ head: borrowing ResponseHead) -> Bool {
    job?.isKnown == true && head.framing != .none && (!attempt.request.isResult || head.status >= 400)
  }

  private static func isCoded(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) -> Bool {
    for line in head.fields.lines where line.kind == .contentEncoding {
      if !bytes.extracting(line.value).equalsIgnoringCase("identity") { return true }
    }
    return false
  }
}

extension BodyFraming {
  /// Whether the client is told how long the content is before it comes.
  fileprivate var statesLength: Bool { if case .contentLength = self { true } else { false } }
}
