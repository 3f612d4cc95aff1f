public import System

/// Why no connection could be had. In none of these cases was anything of a request sent.
public enum DialFailure: Error, Equatable, Sendable {
  /// The name has no address, in the resolver's words.
  case nameNotResolved(String)
  /// The name leads to addresses that it may not lead to; one of them.
  case addressForbidden(SocketAddress)
  /// Every address refused the connection or was out of reach; what the last one said.
  case connectFailed(SystemError, SocketAddress)
  /// No address answered in time; the first one that kept silent.
  case connectTimedOut(SocketAddress)
  /// The peer is not who it should be, or does not speak TLS as it should; OpenSSL's or X.509's reason.
  case tlsFailed(TLSError, SocketAddress)
  /// The TLS handshake took too long.
  case tlsTimedOut(SocketAddress)
  /// This process has no descriptor or memory left.
  case exhausted(SystemError)
}

extension DialFailure: CustomStringConvertible {
  /// One line for an operator.
  public var description: String {
    switch self {
    case .nameNotResolved(let reason): "name not resolved: \(reason)"
    case .addressForbidden(let address): "the name leads to \(address), which it must not"
    case .connectFailed(let error, let address): "\(address): \(error)"
    case .connectTimedOut(let address): "\(address): no connection in time"
    case .tlsFailed(let error, let address): "\(address): \(error)"
    case .tlsTimedOut(let address): "\(address): no TLS handshake in time"
    case .exhausted(let error): "\(error)"
    }
  }
}

/// How long a connection may take to come about. Times in nanoseconds.
public struct DialLimits: Equatable, Sendable {
  /// Name look-up and TCP connect together, over all addresses.
  public var connect: UInt64 = 5_000_000_000
  /// The TLS handshake.
  public var tls: UInt64 = 5_000_000_000
  /// How long looked-up addresses are used before they are looked up again.
  public var dnsTTL: UInt64 = 30_000_000_000

  /// The defaults.
  public init() {}

  /// How long a look-up may keep silent before older addresses are used in its place.
  var lookUpPatience: UInt64 { min(connect / 4, 500_000_000) }
}
