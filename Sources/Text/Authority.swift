/// `host[:port]` as a Host field or a URL has it (RFC 9110 §7.2, RFC 3986 §3.2), as offsets into its bytes.
///
/// The host is an IPv6 literal in brackets, or any run of unreserved bytes: which names are meant is the reader's
/// question (`isHostName`). User information, escapes and the sub-delims that RFC 3986 lets stand in a name are refused.
public struct Authority: Equatable {
  /// The host, an IPv6 literal with its brackets.
  public let host: Range<Int>
  /// The digits of the port, at most five and perhaps none; nil where there is no colon either.
  public let port: Range<Int>?

  public init?(_ bytes: Span<UInt8>) {
    var end = 0
    if !bytes.isEmpty, bytes[0] == UInt8(ascii: "[") {
      end = bytes.firstIndex(of: UInt8(ascii: "]"), from: 1, limit: bytes.count)
      guard end < bytes.count, IPv6Address(bytes.extracting(1..<end)) != nil else { return nil }
      end += 1
    } else {
      while end < bytes.count, bytes[end].isUnreserved { end += 1 }
    }
    guard end > 0 else { return nil }
    host = 0..<end
    guard end < bytes.count else {
      port = nil
      return
    }
    guard bytes[end] == UInt8(ascii: ":"), bytes.count - end - 1 <= 5 else { return nil }
    for index in (end + 1)..<bytes.count where !bytes[index].isDigit { return nil }
    port = (end + 1)..<bytes.count
  }
}
