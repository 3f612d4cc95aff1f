public import Text

/// A question to a ledger.
public struct LedgerQuery<Answer: Sendable>: Sendable {
  let ask: @Sendable (any LedgerShelf) throws(LedgerFault) -> Answer
}

/// What is spent by one of those by whom usage is told apart.
public struct UsageRow: Hashable, Sendable {
  /// The name of the user, group or endpoint, or the day; empty for those without a group.
  public let key: String
  /// How many requests; those that were released are none.
  public let count: Int64
  public let cost: Money

  /// A row.
  public init(key: String, count: Int64, cost: Money) {
    self.key = key
    self.count = count
    self.cost = cost
  }
}

/// By what usage is told apart.
public enum UsageGrouping: String, Sendable, CaseIterable {
  case user, group, endpoint, day
}

/// A sum that is not that of its entries.
public struct SumMismatch: Hashable, Sendable {
  public let scope: LedgerScope
  /// `CalendarDate.number`.
  public let day: Int64
  /// What the ledger has added up, in billionths of a dollar.
  public let sum: Int64
  /// What its entries come to.
  public let entries: Int64
}

extension LedgerQuery where Answer == [Money] {
  /// What is spent under each of `limits`.
  public static func spent(_ limits: [LedgerLimit]) -> LedgerQuery {
    LedgerQuery { shelf throws(LedgerFault) in
      var sums: [Money] = []
      for limit in limits { sums.append(try shelf.sum(limit.scope, limit.days)) }
      return sums
    }
  }
}

extension LedgerQuery where Answer == [LedgerEntry] {
  /// The jobs of a user that are not hidden, newest first.
  /// - Parameter before: those of a page further on are older than the last of the page before.
  public static func jobs(of user: String, before: LedgerID? = nil, limit: Int) -> LedgerQuery {
    LedgerQuery { shelf throws(LedgerFault) in try shelf.jobs(of: user, before: before, limit) }
  }

  /// The open jobs that were not seen within `times`, in milliseconds since 1970, oldest first. One that was seen to be over is not seen
  /// any more.
  public static func due(notSeenWithin times: ClosedRange<Int64>, limit: Int) -> LedgerQuery {
    LedgerQuery { shelf throws(LedgerFault) in try shelf.due(times, limit) }
  }
}

extension LedgerQuery where Answer == LedgerEntry? {
  /// An entry.
  public static func entry(_ key: LedgerKey) -> LedgerQuery {
    LedgerQuery { shelf throws(LedgerFault) in try shelf.entry(key) }
  }
}

extension LedgerQuery where Answer == [UsageRow] {
  /// What was spent since a time in milliseconds since 1970, in the order of the keys.
  public static func usage(by grouping: UsageGrouping, since time: Int64) -> LedgerQuery {
    LedgerQuery { shelf throws(LedgerFault) in try shelf.usage(grouping, since: time) }
  }
}

extension LedgerQuery where Answer == [SumMismatch] {
  /// The sums that are not those of their entries; of days whose entries are forgotten, nothing can be said.
  public static var mismatches: LedgerQuery {
    LedgerQuery { shelf throws(LedgerFault) in try shelf.mismatches() }
  }
}
