internal import Text

/// A serialised origin, `scheme://host[:port]`, as browsers write it (RFC 6454 §6.2), and as the web views of apps and
/// extensions do: `capacitor://localhost`, `chrome-extension://…`.
///
/// Browsers send lower case and leave a default port out, so other spellings are malformed here.
struct OriginText {
  /// The default port of http or https; nil for a scheme that has none.
  private let defaultPort: UInt16?

  /// The host, an IPv6 literal with its brackets.
  private let host: Range<Int>

  /// The explicit port, or the default of the scheme.
  private let port: UInt16?

  init?(_ bytes: Span<UInt8>) {
    guard let start = Self.hostStart(bytes) else { return nil }
    let scheme = bytes.extracting(0..<(start - 3))
    defaultPort = scheme.equals("https") ? 443 : scheme.equals("http") ? 80 : nil
    let rest = bytes.extracting(start..<bytes.count)
    guard let authority = Authority(rest), Self.isHost(rest.extracting(authority.host)) else { return nil }
    host = (start + authority.host.lowerBound)..<(start + authority.host.upperBound)
    guard let range = authority.port else {
      port = defaultPort
      return
    }
    guard let number = Self.port(rest.extracting(range)), number != defaultPort else { return nil }
    port = number
  }

  /// The offset behind `scheme://`, the scheme in lower case (RFC 3986 §3.1); nil where there is none, or `file`, whose pages
  /// all have the origin null.
  private static func hostStart(_ bytes: Span<UInt8>) -> Int? {
    var index = 0
    while index < bytes.count, bytes[index] != UInt8(ascii: ":") {
      let byte = bytes[index]
      let isMark = byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
      guard byte.isLowercaseLetter || (index > 0 && (byte.isDigit || isMark)) else { return nil }
      index += 1
    }
    guard index > 0, bytes.extracting(index..<bytes.count).hasPrefix("://"), !bytes.extracting(0..<index).equals("file")
    else { return nil }
    return index + 3
  }

  /// Whether this is also the origin that `value`, the value of a `Host` header, stands for under the same scheme.
  func isSame(_ bytes: Span<UInt8>, asHost value: Span<UInt8>) -> Bool {
    guard let defaultPort, value.count >= host.count,
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
