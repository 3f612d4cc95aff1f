internal import Text

/// A serialised web origin, `scheme://host[:port]`, as browsers write it (RFC 6454 §6.2); http and https only.
///
/// Browsers send lower case and leave a default port out, so other spellings are malformed here.
struct OriginText {
  private let isSecure: Bool

  /// The host, an IPv6 literal with its brackets.
  private let host: Range<Int>

  /// The explicit port, or the default of the scheme.
  private let port: UInt16

  private var defaultPort: UInt16 { isSecure ? 443 : 80 }

  init?(_ bytes: Span<UInt8>) {
    isSecure = bytes.hasPrefix("https://")
    guard isSecure || bytes.hasPrefix("http://") else { return nil }
    let start = isSecure ? 8 : 7
    let rest = bytes.extracting(start..<bytes.count)
    guard let authority = Authority(rest), Self.isHost(rest.extracting(authority.host)) else { return nil }
    host = (start + authority.host.lowerBound)..<(start + authority.host.upperBound)
    let standard: UInt16 = isSecure ? 443 : 80
    guard let range = authority.port else {
      port = standard
      return
    }
    guard let number = Self.port(rest.extracting(range)), number != standard else { return nil }
    port = number
  }

  /// Whether this is also the origin that `value`, the value of a `Host` header, stands for under the same scheme.
  func isSame(_ bytes: Span<UInt8>, asHost value: Span<UInt8>) -> Bool {
    guard value.count >= host.count,
      value.extracting(0..<host.count).equalsIgnoringCase(of: bytes.extracting(host)),
      let authority = Authority(value), authority.host.count == host.count
    else { return false }
    // RFC 9110 §4.2.3: an absent or empty port is the scheme's default.
    guard let range = authority.port, !range.isEmpty else { return port == defaultPort }
    return Self.port(value.extracting(range)) == port
  }

  /// A name or IPv4 address, or an IPv6 literal in brackets, whose address has been checked already.
  private static func isHost(_ host: Span<UInt8>) -> Bool {
    if host[0] == Byte.openBracket {
      for index in 0..<host.count where host[index] != host[index].asciiLowercased { return false }
      return true
    }
    return host.isHostName(underscores: true)
  }

  /// The number that `digits` are, or nil if they are no canonical port.
  private static func port(_ digits: Span<UInt8>) -> UInt16? {
    guard let value = Decimal.value(of: digits, digits: 5), digits[0] != 0x30 else { return nil }
    return UInt16(exactly: value)
  }
}
