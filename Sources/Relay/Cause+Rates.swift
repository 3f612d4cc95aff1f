internal import Guard
internal import HTTPServer

/// What a caller is told who has reached a limit.
extension Cause {
  /// The one who waits as long as it says is served; nothing was sent to fal, so that a repetition runs nothing twice.
  static func limited(_ refusal: RateRefusal) -> Cause {
    let name = refusal.name.text.description
    let wait = seconds(refusal.wait)
    let (prefix, whose) =
      switch refusal.scope {
      case .caller: ("rates", "each caller")
      case .group: ("rates", "each caller of this group")
      case .total: ("rates_total", "all callers together")
      case .room: ("", "")
      }
    let setting = "\(prefix).\(name) (FAL_PROXY_\(prefix.uppercased())_\(name.uppercased()))"
    let sentence =
      refusal.scope == .room
      ? "All that rates_identities (FAL_PROXY_RATES_IDENTITIES) lets the proxy remember is in flight: ask again when some of it "
        + "has ended."
      : "The limit \(setting) allows \(whose) \(amount(refusal)): ask again in \(wait) s."
    // draft-ietf-httpapi-ratelimit-headers-11 §3 and §4.
    let item = "\"\(refusal.scope == .total ? "total-" : refusal.scope == .room ? "total-" : "")\(name)\""
    let unit =
      switch refusal.name {
      case .bytes: ";qu=\"content-bytes\""
      case .jobs, .streams: ";qu=\"concurrent-requests\""
      default: ""
      }
    let window = refusal.window.map { ";w=\(seconds($0))" } ?? ""
    let time = refusal.window == nil ? "" : ";t=\(wait)"
    return Cause(
      429, "rate_limited", sentence,
      fields: [
        "retry-after": "\(wait)", "ratelimit": "\(item);r=0\(time)",
        "ratelimit-policy": "\(item);q=\(refusal.limit)\(unit)\(window)",
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
