/// What an event stream does next.
struct FeedStep: Equatable {
  /// What is sent now.
  var bytes: [UInt8] = []
  /// How long it waits then, in nanoseconds; nil when it is over.
  var wait: UInt64?
  /// Whether it is not over but cut.
  var isCut = false

  /// A comment that only keeps the connection alive (protocol.md §3.6).
  static let ping = Array(": ping\n\n".utf8)

  /// An event with that JSON text.
  static func event(_ content: [UInt8]) -> [UInt8] { Array("data: ".utf8) + content + [0x0A, 0x0A] }

  /// The head of a stream.
  static func fields(requestID: String) -> [ReplyField] {
    [
      ReplyField("content-type", "text/event-stream"), ReplyField("cache-control", "no-cache"),
      ReplyField("x-fal-request-id", requestID),
    ] + SandboxReply.noise
  }
}
