public import HTTPWire
public import Observability

/// What a `Server` needs to know of the settings. Times in nanoseconds, sizes in bytes.
public struct ServerOptions: Sendable {
  public var headLimits: HeadLimits
  /// The largest request content.
  public var contentLimit: UInt64
  /// How long a request head may take from its first byte.
  public var headTimeout: UInt64
  /// How long a connection may wait for its next request.
  public var idleTimeout: UInt64
  /// How long content may stand still in either direction.
  public var stallTimeout: UInt64
  /// The least of its content that a client sends while it is waited for: bytes a second, and nanoseconds over which they are
  /// measured.
  public var contentRate: UInt64
  public var contentRateWindow: UInt64
  /// How long a connection is read after its last answer, so that the answer is not lost to a reset (RFC 9112 §9.6):
  /// counted from the last byte that came, and `stallTimeout` in all.
  public var lingerTimeout: UInt64
  /// Which requests are logged.
  public var logged: AccessLog.Selection

  public init(
    headLimits: HeadLimits, contentLimit: UInt64, headTimeout: UInt64, idleTimeout: UInt64, stallTimeout: UInt64,
    contentRate: UInt64 = 0, contentRateWindow: UInt64 = 30_000_000_000, lingerTimeout: UInt64,
    logged: AccessLog.Selection
  ) {
    self.headLimits = headLimits
    self.contentLimit = contentLimit
    self.headTimeout = headTimeout
    self.idleTimeout = idleTimeout
    self.stallTimeout = stallTimeout
    self.contentRate = contentRate
    self.contentRateWindow = contentRateWindow
    self.lingerTimeout = lingerTimeout
    self.logged = logged
  }

  var pace: Pace.Limit { Pace.Limit(rate: contentRate, window: contentRateWindow) }
}
