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
    let text = url.lowercased()
    let isTLS = text.hasPrefix("https://")
    guard isTLS || text.hasPrefix("http://") else { return nil }
    var rest = text.utf8.dropFirst(isTLS ? 8 : 7)
    let host: String
    if rest.first == UInt8(ascii: "[") {
      guard let close = rest.firstIndex(of: UInt8(ascii: "]")) else { return nil }
      guard let name = String(rest[rest.startIndex..<close].dropFirst()), HostText.isIPv6(name) else { return nil }
      host = name
      rest = rest[close...].dropFirst()
    } else {
      let end = rest.firstIndex(of: UInt8(ascii: ":")) ?? rest.endIndex
      guard let name = String(rest[..<end]), HostText.isIPv4(name) || HostText.isName(name) else { return nil }
      host = name
      rest = rest[end...]
    }
    var port = isTLS ? 443 : 80
    if !rest.isEmpty {
      let digits = rest.dropFirst()
      guard rest.first == UInt8(ascii: ":"), (1...5).contains(digits.count),
        digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
        let number = String(digits).flatMap({ Int($0) }), (1...65535).contains(number)
      else { return nil }
      port = number
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
