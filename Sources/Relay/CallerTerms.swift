internal import Guard
internal import Settings

/// Who may call and how much, as one generation has it.
struct CallerTerms: Sendable {
  let authenticator: Authenticator
  /// Whom requests count for that a proxy in front has passed on.
  let clientAddress: ClientAddress
  /// What is made of the operator's secrets.
  let secrets: CallerSecrets
  /// Seals the ids of jobs; nil where they stay as fal's.
  let seals: JobSeals?
  /// How much each may do; nil where nothing is limited.
  let rates: RatePolicy?

  /// - Parameters:
  ///   - key: what everything is made of where there is no file of secrets.
  ///   - isSandboxed: whether nothing costs anything.
  init(
    _ settings: Settings, clientAddress: ClientAddress, secrets: [SecretBytes], key: SecretBytes, isSandboxed: Bool
  ) {
    self.clientAddress = clientAddress
    authenticator = Authenticator(tokens: settings.auth.tokens.map { $0.withUnsafeBytes { [UInt8]($0) } })
    self.secrets = CallerSecrets((secrets.isEmpty ? [key] : secrets).map { $0.withUnsafeBytes { [UInt8]($0) } })
    seals = settings.sealsJobs ? self.secrets.seals : nil
    let policy = RatePolicy(settings, isSandboxed: isSandboxed)
    rates = policy.isOff ? nil : policy
  }
}

extension RatePolicy {
  /// The limits that are set, and what stands in where nothing was said.
  convenience init(_ settings: Settings, isSandboxed: Bool) {
    let standard: Settings.Rates =
      isSandboxed ? .off : settings.auth.tokens.isEmpty ? .ofAddresses : .ofUsers
    self.init(
      RateLimits(settings.rates.filled(from: standard)), total: RateLimits(settings.ratesTotal),
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
