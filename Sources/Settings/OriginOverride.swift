internal import Text

/// Where to connect instead of a fal host: an https origin, or a plain http one on the loopback interface only, because
/// the fal key must never cross a wire in the clear.
package struct OriginOverride: Sendable, Hashable, CustomStringConvertible {
  /// A lower-case host name, an IPv4 literal, or an IPv6 literal without brackets.
  package let host: String
  /// 1…65535; 443 or 80 when the URL names none.
  package let port: Int
  /// Whether the connection is encrypted.
  package let isTLS: Bool

  /// The origin written in `url`: `https://host[:port]`, or `http://` with 127.0.0.0/8, `[::1]` or `localhost`. Nil for
  /// anything else; a path, a query or user information are not part of an origin, not even a trailing `/`.
  package init?(_ url: String) {
    let text = Array(url.lowercased().utf8)
    let isTLS = text.span.hasPrefix("https://")
    guard isTLS || text.span.hasPrefix("http://") else { return nil }
    let rest = Array(text.dropFirst(isTLS ? 8 : 7))
    guard let authority = Authority(rest.span) else { return nil }
    let isBracketed = rest[0] == UInt8(ascii: "[")
    let name = rest[authority.host]
    let host = String(decoding: isBracketed ? name.dropFirst().dropLast() : name, as: UTF8.self)
    guard isBracketed || HostText.isIPv4(host) || HostText.isName(host) else { return nil }
    var port = isTLS ? 443 : 80
    if let digits = authority.port {
      guard let number = Decimal.value(of: rest.span.extracting(digits)), (1...65535).contains(number) else {
        return nil
      }
      port = Int(number)
    }
    guard isTLS || HostText.isLoopback(host) else { return nil }
    self.host = host
    self.port = port
    self.isTLS = isTLS
  }

  /// The origin as a URL, the port always written out.
  package var description: String {
    let shown = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    return "\(isTLS ? "https" : "http")://\(shown):\(port)"
  }
}
