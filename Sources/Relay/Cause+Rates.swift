internal import Guard
internal import HTTPServer

/// What a caller is told who has reached a limit.
extension Cause {
  /// The one who waits as long as it says is served; nothing was sent to fal, so that a repetition runs nothing twice.
  static func limited(_ refusal: RateRefusal) -> Cause {
    let name = refusal.name.text.description
    let variable = name.uppercased()
    let wait = seconds(refusal.wait)
    let (item, rule) =
      switch refusal.scope {
      case .caller:
        (name, "The limit rates.\(name) (FAL_PROXY_RATES_\(variable)) allows each caller \(amount(refusal))")
      case .group: (name, "The limit rates.\(name) of the caller's group allows each of its callers \(amount(refusal))")
      case .total:
        (
          "total-\(name)",
          "The limit rates_total.\(name) (FAL_PROXY_RATES_TOTAL_\(variable)) allows all callers together \(amount(refusal))"
        )
      case .room:
        (
          "total-\(name)",
          "No more than rates_identities (FAL_PROXY_RATES_IDENTITIES) allows is remembered, and all of it is in flight"
        )
      }
    // draft-ietf-httpapi-ratelimit-headers-11: the quota that is left with the time until there is more, and the policy.
    let unit =
      switch refusal.name {
      case .bytes: ";qu=\"content-bytes\""
      case .jobs, .streams: ";qu=\"concurrent-requests\""
      case .submits, .polls, .uploads: ""
      }
    let window = refusal.window.map { ";w=\(seconds($0))" } ?? ""
    let time = refusal.window == nil ? "" : ";t=\(wait)"
    return Cause(
      429, "rate_limited", "\(rule): ask again in \(wait) s.",
      fields: [
        "retry-after": "\(wait)", "ratelimit": "\"\(item)\";r=0\(time)",
        "ratelimit-policy": "\"\(item)\";q=\(refusal.limit)\(unit)\(window)",
      ])
  }

  private static func amount(_ refusal: RateRefusal) -> String {
    let window = refusal.window.map { " in \(seconds($0)) s" } ?? ""
    return switch refusal.name {
    case .jobs: "\(refusal.limit) jobs in flight"
    case .streams: "\(refusal.limit) open streams"
    case .bytes: "\(refusal.limit) bytes of content\(window)"
    case .submits, .polls, .uploads: "\(refusal.limit) \(refusal.name.text)\(window)"
    }
  }

  /// Whole seconds that are enough.
  private static func seconds(_ nanoseconds: UInt64) -> UInt64 { (nanoseconds &+ 999_999_999) / 1_000_000_000 }
}
