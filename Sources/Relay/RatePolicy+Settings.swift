internal import Guard
internal import Settings

extension RatePolicy {
  /// The limits that are set, and what stands in where nothing was said.
  convenience init(_ settings: Settings, isSandboxed: Bool) {
    let standard: Settings.Rates =
      isSandboxed ? .off : settings.auth.asksForTokens ? .ofUsers : .ofAddresses
    let single = settings.rates.filled(from: standard)
    self.init(
      RateLimits(single), groups: settings.groups.map { RateLimits($0.rates.filled(from: single)) },
      total: RateLimits(settings.ratesTotal),
      identities: settings.ratesIdentities, jobsExpire: settings.jobsExpire.inNanoseconds)
  }
}

extension RateLimits {
  /// The limits in `rates`; what was not said is no limit.
  init(_ rates: Settings.Rates) {
    self.init()
    submits = RateLimits.rate(rates.submits, burst: rates.burst)
    jobs = rates.jobs.value
    polls = RateLimits.rate(rates.polls)
    streams = rates.streams.value
    uploads = RateLimits.rate(rates.uploads)
    bytes = RateLimits.rate(rates.bytes)
  }

  private static func rate(_ limit: Settings.Limit<Settings.PerWindow>, burst: Int = 0) -> Rate? {
    limit.value.map {
      Rate(UInt64($0.count), per: $0.window.inNanoseconds, burst: burst > 0 ? UInt64(burst) : nil)
    }
  }
}
