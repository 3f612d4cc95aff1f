internal import Text

/// Entries and sums in memory, and no more closed entries than a limit.
final class MemoryShelf: LedgerShelf {
  private let limit: Int
  private var entries: [LedgerID: LedgerEntry] = [:]
  private var jobs: [String: LedgerID] = [:]
  /// In the order in which they were made.
  private var order: [LedgerID] = []
  private var sums: [LedgerScope: [Int64: Int64]] = [:]
  /// Of days up to this one, entries may be forgotten.
  private var forgottenThrough = Int64.min

  /// So many entries are looked through for some to forget.
  private var fullAt: Int

  init(limit: Int) {
    self.limit = limit
    fullAt = 2 * limit
  }

  func entry(_ key: LedgerKey) -> LedgerEntry? {
    switch key {
    case .id(let id): entries[id]
    case .job(let job): jobs[job].flatMap { entries[$0] }
    }
  }

  func put(_ entry: LedgerEntry, isNew: Bool) {
    entries[entry.id] = entry
    if let job = entry.job, jobs[job] == nil { jobs[job] = entry.id }
    guard isNew else { return }
    order.append(entry.id)
    guard order.count >= fullAt else { return }
    forget(order.count - limit) { _ in true }
    // Open ones stay.
    fullAt = order.count + limit
  }

  func sum(_ scope: LedgerScope, _ days: ClosedRange<Int64>) -> Money {
    guard let amounts = sums[scope] else { return .zero }
    if days.count == 1 { return Money(nanos: amounts[days.lowerBound] ?? 0) }
    return Money(nanos: amounts.reduce(0) { days.contains($1.key) ? $0 + $1.value : $0 })
  }

  func add(_ nanos: Int64, _ scope: LedgerScope, day: Int64) { sums[scope, default: [:]][day, default: 0] += nanos }

  func jobs(of user: String, before: LedgerID?, _ limit: Int) -> [LedgerEntry] {
    let found = entries.values.filter {
      $0.user == user && $0.job != nil && !$0.isHidden && (before == nil || $0.id < before!)
    }
    return Array(found.sorted { $0.id > $1.id }.prefix(limit))
  }

  func due(_ times: ClosedRange<Int64>, _ limit: Int) -> [LedgerEntry] {
    let found = entries.values.filter { $0.state == .queued && !times.contains($0.seen) }
    return Array(found.sorted { ($0.seen, $0.id) < ($1.seen, $1.id) }.prefix(limit))
  }

  func usage(_ grouping: UsageGrouping, since time: Int64) -> [UsageRow] {
    let found = entries.values.filter { $0.state != .released && $0.id >= .first(at: time) }
    return Dictionary(grouping: found) { grouping.key(of: $0) }
      .map { UsageRow(key: $0, count: Int64($1.count), cost: $1.reduce(.zero) { $0 + $1.charged }) }
      .sorted { $0.key < $1.key }
  }

  func mismatches() -> [SumMismatch] {
    var totals: [LedgerScope: [Int64: Int64]] = [:]
    for entry in entries.values {
      for scope in entry.scopes { totals[scope, default: [:]][entry.day, default: 0] += entry.charged.nanos }
    }
    return Set(sums.keys).union(totals.keys).flatMap { scope in
      let (sums, totals) = (sums[scope] ?? [:], totals[scope] ?? [:])
      return Set(sums.keys).union(totals.keys).compactMap { day in
        let (sum, total) = (sums[day] ?? 0, totals[day] ?? 0)
        return sum == total || day <= forgottenThrough
          ? nil : SumMismatch(scope: scope, day: day, sum: sum, entries: total)
      }
    }
  }

  func prune(before time: Int64, day: Int64) -> Int { forget(.max) { $0.id < .first(at: time) && $0.day < day } }

  /// Forgets up to `count` of those that are not open, the oldest first.
  @discardableResult
  private func forget(_ count: Int, where isOld: (LedgerEntry) -> Bool) -> Int {
    var forgotten = 0
    order.removeAll { id in
      guard forgotten < count, let entry = entries[id], !entry.state.isOpen, isOld(entry) else { return false }
      entries[id] = nil
      if let job = entry.job { jobs[job] = nil }
      forgottenThrough = max(forgottenThrough, entry.day)
      forgotten += 1
      return true
    }
    return forgotten
  }
}

extension UsageGrouping {
  fileprivate func key(of entry: LedgerEntry) -> String {
    switch self {
    case .user: entry.user
    case .group: entry.group ?? ""
    case .endpoint: entry.endpoint
    case .day: CalendarDate(number: entry.day).description
    }
  }
}
