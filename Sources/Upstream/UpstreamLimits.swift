internal import Transport

/// What connections to upstreams may take and keep. Times in nanoseconds.
public struct UpstreamLimits: Hashable, Sendable {
  /// Name lookup and TCP connect together, over all addresses.
  public var connect: UInt64
  /// The TLS handshake.
  public var tls: UInt64
  /// How long a connection may wait in the pool.
  public var idle: UInt64
  /// How many connections may wait in the pool, per host and loop.
  public var idleConnections: Int
  /// How long looked-up addresses are used before they are looked up again.
  public var dnsTTL: UInt64

  public init(connect: UInt64, tls: UInt64, idle: UInt64, idleConnections: Int, dnsTTL: UInt64) {
    self.connect = connect
    self.tls = tls
    self.idle = idle
    self.idleConnections = idleConnections
    self.dnsTTL = dnsTTL
  }

  var dialing: DialLimits {
    var limits = DialLimits()
    limits.connect = connect
    limits.tls = tls
    limits.dnsTTL = dnsTTL
    return limits
  }
}
