/// How the length of a message's content is known (RFC 9112 §6.3).
public enum BodyFraming: Equatable, Sendable {
  /// There is no content.
  case none
  /// Exactly so many bytes.
  case contentLength(UInt64)
  /// The chunked transfer coding.
  case chunked
  /// Everything until the connection is closed; responses only.
  case untilClose
}
