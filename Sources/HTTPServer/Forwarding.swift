public import HTTPWire
public import Text

/// What a server is told of the proxies in front of it: whom their requests are from.
public protocol Forwarding: Sendable {
  /// Whether there are any. Without them only heads are looked at that have a field about a client.
  var trustsSome: Bool { get }
  /// Whether their connections begin with a header of the PROXY protocol.
  var readsProxyHeaders: Bool { get }
  /// Whether `peer` is one of them.
  func trusts(_ peer: IPv6Address) -> Bool
  /// The client of a request, where another is known than the connection's.
  func client(of head: borrowing RequestHead, _ bytes: Span<UInt8>, from peer: IPv6Address) -> IPv6Address?
  /// One of them began a connection with something else than the header of the PROXY protocol, and was cut.
  func missedProxyHeader(from peer: IPv6Address)
}
