internal import Transport

/// What connections to upstreams may take and keep. Times in nanoseconds.
public struct UpstreamLimits: Equatable, Sendable {
  /// Name lookup and TCP connect together, over all addresses.
  public var connect: UInt64 = 5_000_000_000
  /// The TLS handshake.
  public var tls: UInt64 = 5_000_000_000
  /// How long a connection may wait in the pool.
  public var idle: UInt64 = 50_000_000_000
  /// How many connections may wait in the pool, per host and loop.
  public var idleConnections = 64
  /// How long looked-up addresses are used before they are looked up again.
  public var dnsTTL: UInt64 = 30_000_000_000

  /// The defaults.
  public init() {}

  var dialing: DialLimits {
    var limits = DialLimits()
    limits.connect = connect
    limits.tls = tls
    limits.dnsTTL = dnsTTL
    return limits
  }
}
