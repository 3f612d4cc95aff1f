public import HTTPWire
internal import Observability
internal import Text

/// Says one thing to whoever asks.
public final class NoticeService: Service {
  private let answer: LocalAnswer

  /// - Parameter sentence: what it says, as JSON that every client can read.
  public init(_ sentence: String) {
    var text: [UInt8] = []
    text.append(escapingJSON: Array(sentence.utf8).span)
    answer = LocalAnswer(
      200, contentType: "application/json", content: Array("{\"message\":\"".utf8) + text + Array("\"}\n".utf8),
      fields: [("cache-control", "no-store")])
  }

  public func disposition(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream
  ) -> Disposition {
    // Load balancers ask here when nobody tells them a better path.
    stream.record.isOfProbe = true
    return .answer(head.method == .get || head.method == .head ? answer : LocalAnswer(.methodNotAllowed("GET, HEAD")))
  }
}
