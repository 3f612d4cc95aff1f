internal import HTTPWire

/// A serialised web origin, `scheme://host[:port]`, as browsers write it (RFC 6454 §6.2); http and https only.
///
/// Browsers send lower case and leave a default port out, so other spellings are malformed here.
struct OriginText {
  let isSecure: Bool

  /// The host, an IPv6 literal with its brackets.
  let host: Range<Int>

  /// The explicit port, or the default of the scheme.
  let port: UInt16

  var hostStart: Int { host.lowerBound }

  init?(_ bytes: Span<UInt8>) {
    if bytes.hasPrefix("https://") {
      isSecure = true
    } else if bytes.hasPrefix("http://") {
      isSecure = false
    } else {
      return nil
    }
    let start = isSecure ? 8 : 7
    guard let end = Self.hostEnd(bytes, from: start) else { return nil }
    guard
      bytes[start] == Byte.openBracket
        ? Self.isIPv6(bytes.extracting(start + 1..<end - 1))
        : bytes.extracting(start..<end).isHostName(underscore: true)
    else { return nil }
    let standard: UInt16 = isSecure ? 443 : 80
    if end == bytes.count {
      port = standard
    } else {
      guard let number = Self.port(bytes, from: end), number != standard else { return nil }
      port = number
    }
    host = start..<end
  }

  /// Whether this is also the origin that `authority`, the value of a `Host` header, stands for under the same scheme.
  func isSame(_ bytes: Span<UInt8>, asHost authority: Span<UInt8>) -> Bool {
    guard let end = Self.hostEnd(authority, from: 0), end == host.count else { return false }
    for index in 0..<end where authority[index].asciiLowercased != bytes[hostStart + index] { return false }
    // RFC 9110 §4.2.3: an absent or empty port is the scheme's default.
    guard end + 1 < authority.count else {
      return port == (isSecure ? 443 : 80) && (end == authority.count || authority[end] == Byte.colon)
    }
    return Self.port(authority, from: end) == port
  }

  /// The end of the host that begins at `start`: after its closing bracket, before the first colon, or at the end.
  private static func hostEnd(_ bytes: Span<UInt8>, from start: Int) -> Int? {
    guard start < bytes.count else { return nil }
    guard bytes[start] == Byte.openBracket else {
      return bytes.firstIndex(of: Byte.colon, from: start, limit: bytes.count)
    }
    let end = bytes.firstIndex(of: Byte.closeBracket, from: start, limit: bytes.count)
    return end < bytes.count ? end + 1 : nil
  }

  /// The number behind the colon at `colon`, or nil if that is no canonical port.
  private static func port(_ bytes: Span<UInt8>, from colon: Int) -> UInt16? {
    let count = bytes.count - colon - 1
    guard bytes[colon] == Byte.colon, (1...5).contains(count), bytes[colon + 1] != 0x30 else { return nil }
    var value: UInt32 = 0
    for index in (colon + 1)..<bytes.count {
      guard bytes[index].isDigit else { return nil }
      value = value * 10 + UInt32(bytes[index] - 0x30)
    }
    return UInt16(exactly: value)
  }

  /// Whether these could be the inside of an IPv6 literal; only ever compared, so its grammar need not be checked.
  private static func isIPv6(_ bytes: Span<UInt8>) -> Bool {
    var colons = 0
    for index in 0..<bytes.count {
      let byte = bytes[index]
      if byte == Byte.colon { colons += 1 }
      guard byte.isDigit || (0x61...0x66).contains(byte) || byte == Byte.colon || byte == Byte.dot else { return false }
    }
    return colons >= 2
  }
}
