internal import Text

/// Where entries and sums are kept. It decides nothing; what is changed between two moments at which it is whole is kept as a
/// whole or not at all.
protocol LedgerShelf: AnyObject {
  func entry(_ key: LedgerKey) throws(LedgerFault) -> LedgerEntry?
  /// Keeps a new entry, or what has become of one.
  func put(_ entry: LedgerEntry, isNew: Bool) throws(LedgerFault)
  /// What is spent on `days`.
  func sum(_ scope: LedgerScope, _ days: ClosedRange<Int64>) throws(LedgerFault) -> Money
  /// Counts `nanos` more, or fewer, on a day.
  func add(_ nanos: Int64, _ scope: LedgerScope, day: Int64) throws(LedgerFault)

  func jobs(of user: String, before: LedgerID?, _ limit: Int) throws(LedgerFault) -> [LedgerEntry]
  func due(_ times: ClosedRange<Int64>, _ limit: Int) throws(LedgerFault) -> [LedgerEntry]
  func usage(_ grouping: UsageGrouping, since time: Int64) throws(LedgerFault) -> [UsageRow]
  func mismatches() throws(LedgerFault) -> [SumMismatch]
  func prune(before time: Int64, day: Int64) throws(LedgerFault) -> Int
}
