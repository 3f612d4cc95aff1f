internal import HTTPWire
internal import Settings
internal import Upstream

/// What a generation says about the side of fal: where it is, and how long it is waited for. Times in nanoseconds.
struct UpstreamTerms: Sendable {
  let overrides: [String: OriginOverride]
  let limits: UpstreamLimits
  let head: HeadLimits
  let firstByte: UInt64
  let firstByteOfRun: UInt64
  let content: UInt64

  /// - Parameter overrides: stand in for those of the settings.
  init(_ settings: Settings, overrides: [String: OriginOverride]?) {
    let upstream = settings.upstream
    self.overrides = overrides ?? settings.originOverrides
    limits = UpstreamLimits(
      connect: upstream.connect.inNanoseconds, tls: upstream.tls.inNanoseconds, idle: upstream.idle.inNanoseconds,
      idleConnections: upstream.idleConnections, dnsTTL: upstream.dnsTTL.inNanoseconds)
    head = HeadLimits(head: settings.limits.responseHead, fields: settings.limits.fields)
    firstByte = upstream.firstByte.inNanoseconds
    firstByteOfRun = upstream.firstByteRun.inNanoseconds
    content = upstream.body.inNanoseconds
  }
}
