/// Which addresses the name of a host may lead to, so that whoever answers for the name cannot send the proxy to the
/// machine it runs on or to a cloud's metadata.
public enum AddressPolicy: Equatable, Sendable {
  /// Any address: the operator has written it, or vouches for the name.
  case any
  /// Loopback alone, whatever the hosts file says: `localhost` (RFC 6761 §6.3).
  case loopback
  /// Anything but loopback, link-local and unspecified addresses.
  case distant

  /// What `host`, as the operator wrote it, may lead to; an address is its own permission.
  public init(host: String) {
    if host.lowercased() == "localhost" {
      self = .loopback
    } else if SocketAddress(literal: host, port: 0) != nil {
      self = .any
    } else {
      self = .distant
    }
  }

  /// Whether `address` may be called.
  public func admits(_ address: SocketAddress) -> Bool {
    switch self {
    case .any: true
    case .loopback: AddressPolicy.scope(of: address) == .loopback
    case .distant: AddressPolicy.scope(of: address) == .distant
    }
  }

  /// Whether `host` is `localhost` or the literal of a loopback address, so that what is sent there stays on this machine.
  public static func isLoopback(host: String) -> Bool {
    if host.lowercased() == "localhost" { return true }
    return SocketAddress(literal: host, port: 0).map { scope(of: $0) == .loopback } ?? false
  }

  private enum Scope {
    case loopback, linkLocal, unspecified, distant
  }

  private static func scope(of address: SocketAddress) -> Scope {
    let octets = address.octets
    guard address.isIPv6 else { return scope(ofIPv4: octets[...]) }
    if octets.dropLast().allSatisfy({ $0 == 0 }) {
      if octets[15] == 0 { return .unspecified }
      if octets[15] == 1 { return .loopback }
    }
    // fe80::/10 (RFC 4291 §2.5.6).
    if octets[0] == 0xFE, octets[1] & 0xC0 == 0x80 { return .linkLocal }
    return carriesIPv4(octets) ? scope(ofIPv4: octets[12...]) : .distant
  }

  private static func scope(ofIPv4 octets: ArraySlice<UInt8>) -> Scope {
    let (first, second) = (octets[octets.startIndex], octets[octets.startIndex + 1])
    switch first {
    // Linux takes 0.0.0.0 for this machine.
    case 0: return .unspecified
    case 127: return .loopback
    case 169 where second == 254: return .linkLocal
    default: return .distant
    }
  }

  /// Whether an IPv6 address is another form of the IPv4 address in its last four bytes: IPv4-mapped, IPv4-compatible
  /// (RFC 4291 §2.5.5) or behind the well-known prefix of NAT64 (RFC 6052 §2.1).
  private static func carriesIPv4(_ octets: [UInt8]) -> Bool {
    if octets[0..<10].allSatisfy({ $0 == 0 }) {
      return (octets[10] == 0 && octets[11] == 0) || (octets[10] == 0xFF && octets[11] == 0xFF)
    }
    return octets[0..<4].elementsEqual([0x00, 0x64, 0xFF, 0x9B]) && octets[4..<12].allSatisfy { $0 == 0 }
  }
}
