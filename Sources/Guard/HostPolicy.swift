internal import Text

/// Decides which hosts a request may name, in Host or in the authority of its target, against DNS rebinding: a page whose name
/// is pointed at this machine counts as of the proxy's own origin, but cannot hide that name.
///
/// Names of this machine are always allowed, since nobody can point them elsewhere: `localhost` and what is below it,
/// 127.0.0.0/8 and `[::1]`.
public struct HostPolicy: Sendable {
  private var names: [[UInt8]] = []
  private var addresses: [IPv6Address] = []
  /// Of `*.example.com` what is behind the star.
  private var suffixes: [[UInt8]] = []
  private let isRestricted: Bool

  /// Compiles entries of three forms: a name or an IPv4 address (`app.example.com`), an IPv6 address in brackets, and
  /// `*.example.com` for one or more labels below. None at all leaves it to the listener what is refused.
  public init(allowedHosts: [String]) throws(PatternError) {
    isRestricted = !allowedHosts.isEmpty
    for entry in allowedHosts {
      let bytes = entry.utf8.map(\.asciiLowercased)
      if bytes.first == Byte.star {
        suffixes.append(try Self.suffix(bytes))
      } else if let address = Self.ipv6Address(bytes.span) {
        addresses.append(address)
      } else {
        names.append(try Self.checked(bytes))
      }
    }
  }

  /// Whether a request that names `authority` is answered, whatever its port.
  ///
  /// Without entries, a listener that only this machine reaches refuses foreign names together with its own port: a page has
  /// to use that port to get there, and a server in front passes on the port that it listens on itself, or none.
  /// - Parameters:
  ///   - authority: `host[:port]`, as the parser of heads lets it pass; nil in HTTP/1.0 without Host, which no browser sends.
  ///   - loopbackPort: the port of the listener, if that is at a loopback address.
  public func allows(_ authority: Span<UInt8>?, loopbackPort: Int?) -> Bool {
    guard isRestricted || loopbackPort != nil, let authority else { return true }
    var (end, port) = Self.split(authority)
    if !isRestricted, port != loopbackPort { return true }
    // A dot at the end says that the name is whole already: it is the same name.
    if end > 1, authority[end - 1] == Byte.dot { end -= 1 }
    let host = authority.extracting(0..<end)
    return Self.isLoopback(host) || isListed(host)
  }

  private func isListed(_ host: Span<UInt8>) -> Bool {
    if let address = Self.ipv6Address(host) { return addresses.contains(address) }
    for name in names where host.equalsIgnoringCase(of: name.span) { return true }
    for suffix in suffixes {
      let start = host.count - suffix.count
      guard start > 0, host.extracting(start..<host.count).equalsIgnoringCase(of: suffix.span) else { continue }
      return true
    }
    return false
  }

  private static func isLoopback(_ host: Span<UInt8>) -> Bool {
    // As almost all write it.
    if host.equals("127.0.0.1") || host.equals("localhost") { return true }
    if let address = ipv6Address(host) { return address.isLoopback }
    if let address = IPv4Address(host) { return address.isLoopback }
    if host.equalsIgnoringCase("localhost") { return true }
    let below: StaticString = ".localhost"
    let start = host.count - below.utf8CodeUnitCount
    return start > 0 && host.extracting(start..<host.count).equalsIgnoringCase(below)
  }

  private static func ipv6Address(_ host: Span<UInt8>) -> IPv6Address? {
    guard host.count > 2, host[0] == Byte.openBracket, host[host.count - 1] == Byte.closeBracket else { return nil }
    return IPv6Address(host.extracting(1..<(host.count - 1)))
  }

  /// Where the host ends, and the port that is meant: left out or empty, it is that of http (RFC 9110 §4.2.1).
  private static func split(_ authority: Span<UInt8>) -> (end: Int, port: Int) {
    var colon = authority.count - 1
    while colon >= 0, authority[colon].isDigit { colon -= 1 }
    guard colon >= 0, authority[colon] == UInt8(ascii: ":") else { return (authority.count, 80) }
    let port = Decimal.value(of: authority.extracting((colon + 1)..<authority.count))
    return (colon, port.map { Int($0) } ?? 80)
  }

  private static func suffix(_ entry: [UInt8]) throws(PatternError) -> [UInt8] {
    let suffix = Array(entry.dropFirst())
    guard suffix.first == Byte.dot, suffix.dropFirst().contains(Byte.dot) else {
      throw PatternError(
        problem: "would cover names that anybody can register; write '*.' and a domain of yours, as in *.example.com")
    }
    _ = try checked(Array(suffix.dropFirst()))
    return suffix
  }

  /// `host` if it is a name or an IPv4 address.
  private static func checked(_ host: [UInt8]) throws(PatternError) -> [UInt8] {
    guard host.count <= 253, host.span.isHostName(underscores: true) else {
      throw PatternError(
        problem: "is no host: write a name such as app.example.com, *.example.com, or an address (IPv6 in brackets), "
          + "without scheme, port, path and final dot")
    }
    return host
  }
}
