public import HTTPWire

/// What a `Server` needs to know of the settings. Times in nanoseconds, sizes in bytes.
public struct ServerOptions: Sendable {
  /// Limits of a request head.
  public var headLimits = HeadLimits()
  /// The largest request content.
  public var contentLimit: UInt64 = 100 << 20
  /// How long a request head may take from its first byte.
  public var headTimeout: UInt64 = 10_000_000_000
  /// How long a connection may wait for its next request.
  public var idleTimeout: UInt64 = 75_000_000_000
  /// How long content may stand still in either direction.
  public var stallTimeout: UInt64 = 60_000_000_000
  /// How long a connection is read after its last answer, so that the answer is not lost to a reset (RFC 9112 §9.6):
  /// counted from the last byte that came, and `stallTimeout` in all.
  public var lingerTimeout: UInt64 = 2_000_000_000
  /// Whether requests are logged.
  public var logsRequests = true

  /// The defaults.
  public init() {}
}
