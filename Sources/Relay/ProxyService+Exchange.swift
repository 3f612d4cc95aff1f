internal import Fal
internal import Guard
internal import HTTPServer
internal import HTTPWire
internal import Text
internal import Transport
internal import Upstream

/// How a request that is admitted sets out.
extension ProxyService {
  /// Writes the head for fal from the client's, whose bytes are about to go; nil when it does not fit the largest buffer.
  func exchange(
    _ admission: inout Admission, _ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ target: Target,
    _ value: Span<UInt8>, host: UpstreamHost, on stream: any RequestStream
  ) -> RelayExchange? {
    let generation = admission.generation
    // Content that was gathered for a check has a length now, whatever framing it came in.
    let framing = admission.content.map { .contentLength(UInt64($0.count)) } ?? head.framing
    var buffer = ByteBuffer()
    let tags = generation.callers.tags.flatMap { target.isBilled ? $0.value(for: admission.caller) : nil }
    let added = generation.requestRules.addedBytes + (tags?.count ?? 0)
    guard buffer.reserve(bytes.count + added, from: pool) else { return nil }
    var writer = HeadWriter(buffer.writable)
    generation.requestRules.write(
      &writer, head: head, bytes, framing: framing, target: target, value: value, job: admission.job,
      tags: tags, address: stream.localAuthority)
    guard !writer.overflowed else {
      buffer.discard(to: pool)
      return nil
    }
    buffer.commit(writer.count)
    let attempt = Attempt(
      Attempt.Request(
        mayExecute: target.mayExecute, hasContent: framing != .none, method: head.method,
        isRun: target.operation == .run || target.operation == .stream,
        isResult: target.operation == .result, headLength: buffer.count))
    return RelayExchange(
      on: stream, proxy: self, generation: generation, host: host, attempt: attempt,
      claim: claim(&admission, on: target, value),
      outgoing: OutgoingRequest(
        buffer, collected: admission.content, output: framing == .chunked ? .chunked : .plain),
      job: admission.job)
  }
}

extension Target {
  /// Whether fal bills for what it does: a submit, run or stream.
  fileprivate var isBilled: Bool { operation == .submit || operation == .run || operation == .stream }
}
