internal import Guard
internal import HTTPServer
internal import Observability
internal import Text

/// What a caller is told of money. None of these has sent anything to fal.
extension Cause {
  static let priceUnknown = Cause(
    403, "price_unknown",
    "What this endpoint costs is not known, so that it cannot be held against a budget; the operator can add it to prices, or say "
      + "in prices_unknown (FAL_PROXY_PRICES_UNKNOWN) what becomes of such requests.")

  static let ledgerUnavailable = Cause(
    503, "ledger_unavailable",
    "What is spent cannot be written down at the moment, so that nothing that costs is let through; the operator can see why in "
      + "the log.", by: .proxy, fields: ["retry-after": "1"])

  /// No client repeats a 402 by itself.
  /// - Parameters:
  ///   - limits: the budgets that leave no room.
  ///   - time: now, in seconds since 1970.
  static func budgetExhausted(_ limits: [BudgetLimit], at time: Int64) -> Cause {
    let resets = limits.map(\.window.resets)
    let names = limits.map { limit in
      let end =
        limit.window.resets.map { "begins anew at \(utc($0))" } ?? "does not begin anew; the operator can raise it"
      return "\(limit.setting) (\(words(limit)), it \(end))"
    }
    let sentence =
      "What this request is expected to cost is more than is left of " + names.joined(separator: ", and of ") + "."
    // Of several, the last one says when there is room again.
    guard let last = resets.contains(nil) ? nil : resets.compactMap(\.self).max() else {
      return Cause(402, "budget_exhausted", sentence)
    }
    return Cause(402, "budget_exhausted", sentence, fields: ["retry-after": "\(max(1, last - time))"])
  }

  private static func words(_ limit: BudgetLimit) -> String {
    switch limit.window.period {
    case .day: "for each day"
    case .month: "for each month"
    case .ever: "for ever"
    }
  }

  private static func utc(_ seconds: Int64) -> String {
    String(decoding: CivilTime(seconds: seconds, milliseconds: 0).dateAndClock, as: UTF8.self) + "Z"
  }
}
