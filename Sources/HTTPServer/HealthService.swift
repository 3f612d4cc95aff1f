public import HTTPWire
internal import Observability

/// Says that the process lives, or whether it wants more work.
public final class HealthService: Service {
  private let isReady: () -> Bool

  /// - Parameter isReady: whether the answer is 200 rather than 503.
  public init(isReady: @escaping () -> Bool = { true }) { self.isReady = isReady }

  public func disposition(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream
  ) -> Disposition {
    stream.record.isOfProbe = true
    guard head.method == .get || head.method == .head else {
      return .answer(LocalAnswer(.methodNotAllowed("GET, HEAD")))
    }
    var answer: LocalAnswer
    if isReady() {
      answer = LocalAnswer(200, contentType: "application/json", content: Array("{\"status\":\"ok\"}\n".utf8))
    } else {
      answer = LocalAnswer(.draining)
      answer.closes = false
      answer.fields.removeAll { $0.0.description == "cache-control" }
    }
    answer.fields.append(("cache-control", "no-store"))
    return .answer(answer)
  }

  /// Who asks how the process is must not take a full house for a dead one.
  public let answersWhenFull = true

  /// They ask by whatever name or address they know.
  public let answersAnyHost = true
}
