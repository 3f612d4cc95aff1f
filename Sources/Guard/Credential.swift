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

  /// Where the value of the next cookie called `name` stands in a value of Cookie, as browsers write it: pairs with a
  /// semicolon and a space between them, names by their case, quotes a part of the value (RFC 6265 §5.4).
  /// - Parameter start: where the next pair begins; moved behind the one that is found.
  static func nextCookie(_ name: [UInt8], in bytes: Span<UInt8>, from start: inout Int, to end: Int) -> Range<Int>? {
    while start < end {
      let pair = start
      let limit = bytes.firstIndex(of: Byte.semicolon, from: pair, limit: end)
      start = limit + 1
      if start < end, bytes[start] == Byte.space { start += 1 }
      let value = pair + name.count + 1
      if value <= limit, bytes[value - 1] == Byte.equals, bytes.hasBytes(name, at: pair) { return value..<limit }
    }
    return nil
  }
}
