internal import Fal
internal import Guard
internal import Text

/// What requests take of the limits of their callers.
extension ProxyService {
  /// Counts a request, or refuses it and counts nothing.
  /// - Returns: nil where nothing has to be given back or counted at its end.
  func claim(
    _ admission: borrowing Admission, _ target: Target, _ demand: RateDemand, now: UInt64
  ) throws(RateRefusal) -> RateClaim? {
    guard let policy = admission.generation.callers.rates else { return nil }
    let hold = try rates.admit(admission.caller, demand, under: policy, now: now)
    if hold.isEmpty, !policy.countsBytes { return nil }
    return RateClaim(rates, policy, of: admission.caller, for: target.operation, holding: hold)
  }

  /// The claim of a request that is admitted: that of the limits, or one that only watches what becomes of a job.
  func claim(_ admission: inout Admission, on target: Target, _ value: Span<UInt8>) -> RateClaim? {
    guard let policy = admission.generation.callers.rates, policy.countsJobs || policy.countsBytes else {
      return admission.takeClaim()
    }
    var claim =
      admission.takeClaim() ?? RateClaim(rates, policy, of: admission.caller, for: target.operation, holding: nil)
    guard policy.countsJobs, let id = target.requestID else { return claim }
    // By fal's own id, which a sealed one is opened to.
    if let own = admission.job?.id {
      claim.job = RateTable.key(of: own.span)
    } else {
      claim.job = RateTable.key(of: value.extracting(id))
    }
    return claim
  }
}
