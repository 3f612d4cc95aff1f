/// The counting behind `RateTable`, without its lock.
struct RateBooks {
  private(set) var callers = CallerStates()
  private(set) var jobs = JobTable()
  /// Of all callers together.
  private var total = CallerStates.Use()
  /// Stands for the ids of jobs that have none: no hash is so small.
  private var nameless: UInt128 = 0

  /// Expired jobs that are given back at one look, so that it stays short.
  private static let sweepLimit = 8
  /// Nanoseconds after which it is worth asking again where nobody knows when something ends.
  static let retryLater: UInt64 = 5_000_000_000

  mutating func admit(
    _ caller: Caller, _ demand: RateDemand, _ policy: RatePolicy, now: UInt64
  ) throws(RateRefusal) -> RateTable.Hold {
    sweep(policy, now: now, limit: RateBooks.sweepLimit)
    var demand = demand
    demand.isJob = demand.isJob && policy.countsJobs
    demand.isStream = demand.isStream && policy.countsStreams
    let limits = policy.limits(of: caller)
    let scope: RateRefusal.Scope = caller.group == nil ? .caller : .group
    guard let slot = callers.slot(of: caller.identity, limit: policy.identities) else {
      throw RateRefusal(
        name: .jobs, scope: .room, limit: UInt64(policy.identities), window: nil, wait: RateBooks.retryLater)
    }
    if demand.isJob, isFull(slot, limits, policy) { sweep(policy, now: now, limit: .max) }
    if let refusal = refusal(callers.uses[Int(slot)], limits, demand, scope, now: now)
      ?? refusal(total, policy.total, demand, .total, now: now)
    {
      throw refusal
    }
    if demand.isJob, total.jobs >= policy.identities {
      throw RateRefusal(
        name: .jobs, scope: .room, limit: UInt64(policy.identities), window: nil, wait: RateBooks.retryLater)
    }
    callers.change(slot) { RateBooks.take(&$0, limits, demand, now: now) }
    RateBooks.take(&total, policy.total, demand, now: now)
    return RateTable.Hold(slot: slot, isJob: demand.isJob, isStream: demand.isStream)
  }

  mutating func release(_ hold: RateTable.Hold) {
    let (jobs, streams): (Int32, Int32) = (hold.isJob ? 1 : 0, hold.isStream ? 1 : 0)
    callers.change(hold.slot) {
      $0.jobs -= jobs
      $0.streams -= streams
    }
    total.jobs -= jobs
    total.streams -= streams
  }

  mutating func follow(_ job: UInt128?, of slot: Int32, now: UInt64) {
    if job == nil { nameless += 1 }
    // The answer of a job that is counted already is another telling of it.
    if !jobs.insert(job ?? nameless, of: slot, now: now) { giveBack(slot) }
  }

  mutating func note(_ sign: RateTable.Sign, of job: UInt128, now: UInt64) {
    switch sign {
    case .goesOn: jobs.touch(job, now: now)
    case .isOver: if let slot = jobs.remove(job) { giveBack(slot) }
    }
  }

  mutating func charge(_ caller: Caller, _ bytes: UInt64, _ policy: RatePolicy, now: UInt64) {
    if let rate = policy.limits(of: caller).bytes,
      let slot = callers.slot(of: caller.identity, limit: policy.identities)
    {
      callers.change(slot) { rate.take(bytes, &$0.bytes, now: now) }
    }
    policy.total.bytes?.take(bytes, &total.bytes, now: now)
  }

  mutating func quota(of caller: Caller, _ policy: RatePolicy, now: UInt64) -> [RateQuota] {
    sweep(policy, now: now, limit: .max)
    let limits = policy.limits(of: caller)
    let use = callers.slot(of: caller.identity).map { callers.uses[Int($0)] } ?? CallerStates.Use()
    return [
      RateBooks.quota(.submits, limits.submits, use.submits, now: now), RateBooks.quota(.jobs, limits.jobs, use.jobs),
      RateBooks.quota(.polls, limits.polls, use.polls, now: now),
      RateBooks.quota(.streams, limits.streams, use.streams),
      RateBooks.quota(.uploads, limits.uploads, use.uploads, now: now),
      RateBooks.quota(.bytes, limits.bytes, use.bytes, now: now),
    ].compactMap { $0 }
  }

  // MARK: Parts

  private func isFull(_ slot: Int32, _ limits: RateLimits, _ policy: RatePolicy) -> Bool {
    callers.uses[Int(slot)].jobs >= limits.jobs ?? .max || total.jobs >= policy.total.jobs ?? policy.identities
  }

  /// Gives back the jobs of which nothing was seen for too long, the oldest first.
  private mutating func sweep(_ policy: RatePolicy, now: UInt64, limit: Int) {
    var count = 0
    while count < limit, let slot = jobs.removeExpired(age: policy.jobsExpire, now: now) {
      giveBack(slot)
      count += 1
    }
  }

  private mutating func giveBack(_ slot: Int32) {
    callers.change(slot) { $0.jobs -= 1 }
    total.jobs -= 1
  }

  /// The first limit that refuses; nil when none does.
  private func refusal(
    _ use: CallerStates.Use, _ limits: RateLimits, _ demand: RateDemand, _ scope: RateRefusal.Scope, now: UInt64
  ) -> RateRefusal? {
    func over(_ name: RateName, _ rate: Rate?, _ state: Rate.State) -> RateRefusal? {
      guard let rate else { return nil }
      let wait = rate.wait(state, now: now)
      return wait == 0
        ? nil : RateRefusal(name: name, scope: scope, limit: rate.count, window: rate.window, wait: wait)
    }
    func over(_ name: RateName, _ limit: Int?, _ count: Int32) -> RateRefusal? {
      guard let limit, count >= limit else { return nil }
      return RateRefusal(name: name, scope: scope, limit: UInt64(limit), window: nil, wait: RateBooks.retryLater)
    }
    let rate =
      switch demand.kind {
      case .submit: over(.submits, limits.submits, use.submits)
      case .poll: over(.polls, limits.polls, use.polls)
      case .upload: over(.uploads, limits.uploads, use.uploads)
      }
    return rate ?? over(.bytes, limits.bytes, use.bytes)
      ?? (demand.isJob ? over(.jobs, limits.jobs, use.jobs) : nil)
      ?? (demand.isStream ? over(.streams, limits.streams, use.streams) : nil)
  }

  private static func take(
    _ use: inout CallerStates.Use, _ limits: RateLimits, _ demand: RateDemand, now: UInt64
  ) {
    switch demand.kind {
    case .submit: limits.submits?.take(&use.submits, now: now)
    case .poll: limits.polls?.take(&use.polls, now: now)
    case .upload: limits.uploads?.take(&use.uploads, now: now)
    }
    if demand.isJob { use.jobs += 1 }
    if demand.isStream { use.streams += 1 }
  }

  private static func quota(_ name: RateName, _ rate: Rate?, _ state: Rate.State, now: UInt64) -> RateQuota? {
    guard let rate else { return nil }
    let used = rate.used(state, now: now)
    return RateQuota(
      name: name, limit: rate.count, window: rate.window, used: used, remaining: rate.burst - used,
      resets: rate.reset(state, now: now))
  }

  private static func quota(_ name: RateName, _ limit: Int?, _ count: Int32) -> RateQuota? {
    guard let limit else { return nil }
    return RateQuota(
      name: name, limit: UInt64(limit), window: nil, used: UInt64(count), remaining: UInt64(max(0, limit - Int(count))),
      resets: nil)
  }
}
