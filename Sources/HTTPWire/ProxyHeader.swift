public import Text

/// What a proxy in front says about a connection before its first byte: a header of the PROXY protocol, version 1 or 2
/// (haproxy.org, proxy-protocol.txt).
public struct ProxyHeader: Equatable, Sendable {
  /// The bytes it takes.
  public let length: Int
  /// Whose the connection is; nil where it is the proxy's own, or its client has no address of IP.
  public let client: IPv6Address?

  /// What a connection begins with.
  public enum Reading: Equatable, Sendable {
    case header(ProxyHeader)
    /// What may become one.
    case incomplete
    /// What is none.
    case invalid
  }

  /// The longest of version 1, its CR LF included (§2.1).
  static let longestLine = 107
  /// The longest of version 2 that is read; §2.2 lets it have 64 KiB of extensions, which nobody sends.
  public static let longestBinary = 4096

  private static let lineBegin: StaticString = "PROXY "
  private static let signature: StaticString = "\r\n\r\n\0\r\nQUIT\n"

  /// Reads the header with which `bytes` begin.
  public static func read(_ bytes: Span<UInt8>) -> Reading {
    if begins(bytes, as: signature) { return binary(bytes) }
    return begins(bytes, as: lineBegin) ? line(bytes) : .invalid
  }

  /// Whether `bytes`, which are no head of a request, look like one where none is read; empty lines before them may have been
  /// passed over.
  public static func isMeant(by bytes: Span<UInt8>) -> Bool {
    var start = 0
    while start < bytes.count, bytes[start] == UInt8(ascii: "\r") || bytes[start] == UInt8(ascii: "\n") { start += 1 }
    let rest = bytes.extracting(start..<bytes.count)
    return rest.hasPrefix(lineBegin) || (!rest.isEmpty && rest[0] == 0)
  }

  /// Whether as much of `text` as there may be already is there.
  private static func begins(_ bytes: Span<UInt8>, as text: StaticString) -> Bool {
    for index in 0..<min(bytes.count, text.utf8CodeUnitCount) where bytes[index] != text.utf8Start[index] {
      return false
    }
    return true
  }

  // MARK: Version 1

  /// `PROXY TCP4 1.2.3.4 5.6.7.8 1234 80`, TCP6 likewise, or `PROXY UNKNOWN` and whatever.
  private static func line(_ bytes: Span<UInt8>) -> Reading {
    let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: 0, limit: min(bytes.count, longestLine))
    guard end < bytes.count, end < longestLine else { return bytes.count < longestLine ? .incomplete : .invalid }
    guard bytes[end - 1] == UInt8(ascii: "\r") else { return .invalid }
    let words = bytes.extracting(lineBegin.utf8CodeUnitCount..<(end - 1))
    if words.equals("UNKNOWN") || words.hasPrefix("UNKNOWN ") {
      return .header(ProxyHeader(length: end + 1, client: nil))
    }
    guard words.hasPrefix("TCP4 ") || words.hasPrefix("TCP6 ") else { return .invalid }
    let isIPv4 = words[3] == UInt8(ascii: "4")
    var start = 5
    /// The next word; empty behind the last.
    func word() -> Range<Int> {
      guard start <= words.count else { return 0..<0 }
      let end = words.firstIndex(of: UInt8(ascii: " "), from: start, limit: words.count)
      defer { start = end + 1 }
      return start..<end
    }
    func address() -> IPv6Address? {
      let text = words.extracting(word())
      return isIPv4 ? IPv4Address(text).map { IPv6Address(mapping: $0) } : IPv6Address(text)
    }
    func isPort() -> Bool { (Decimal.value(of: words.extracting(word()), digits: 5) ?? .max) <= 65535 }
    guard let client = address(), address() != nil, isPort(), isPort(), start > words.count else { return .invalid }
    return .header(ProxyHeader(length: end + 1, client: client))
  }

  // MARK: Version 2

  private static func binary(_ bytes: Span<UInt8>) -> Reading {
    // Behind the signature: version and command, family and protocol, and how many bytes follow.
    guard bytes.count >= 13 else { return .incomplete }
    guard bytes[12] == 0x20 || bytes[12] == 0x21 else { return .invalid }
    guard bytes.count >= 16 else { return .incomplete }
    let (family, content) = (bytes[13], Int(bytes[14]) << 8 | Int(bytes[15]))
    let isOwn = bytes[12] == 0x20
    // Both addresses and both ports; of UNSPEC and of sockets of UNIX nothing is read.
    let needed =
      switch family {
      case 0x11, 0x12: 12
      case 0x21, 0x22: 36
      case 0x31, 0x32: 216
      default: 0
      }
    guard 16 + content <= longestBinary, isOwn || (content >= needed && (family == 0 || needed > 0)) else {
      return .invalid
    }
    guard bytes.count >= 16 + content else { return .incomplete }
    let client: IPv6Address? =
      switch family {
      case 0x11 where !isOwn: IPv6Address(0xFFFF << 32 | number(bytes, 4))
      case 0x21 where !isOwn: IPv6Address(number(bytes, 16))
      default: nil
      }
    return .header(ProxyHeader(length: 16 + content, client: client))
  }

  /// The number of so many bytes behind the first 16.
  private static func number(_ bytes: Span<UInt8>, _ count: Int) -> UInt128 {
    var value: UInt128 = 0
    for index in 16..<(16 + count) { value = value << 8 | UInt128(bytes[index]) }
    return value
  }
}
