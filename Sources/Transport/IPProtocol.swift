internal import Glibc

/// Socket option names whose C types differ from what setsockopt wants.
enum IPProtocol {
  static let tcp = Int32(IPPROTO_TCP)
  static let noDelay = Int32(TCP_NODELAY)
  static let ipv6 = Int32(IPPROTO_IPV6)
  static let v6Only = Int32(IPV6_V6ONLY)
}
