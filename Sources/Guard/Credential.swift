internal import Text

/// How a token is written in a request.
public enum Credential {
  /// Where the token stands in a value of Authorization: behind `Bearer` (RFC 6750 §2.1), or behind the `Key` that fal's
  /// clients write before their `credentials`; nil where neither is there.
  public static func token(inAuthorization value: Span<UInt8>) -> Range<Int>? {
    var start: Int
    if value.hasPrefixIgnoringCase("bearer ") {
      start = 7
    } else if value.hasPrefixIgnoringCase("key ") {
      start = 4
    } else {
      return nil
    }
    while start < value.count, value[start] == Byte.space { start += 1 }
    return start..<value.count
  }
}
