#if SQLITE
  /// The sums that were asked for lately, and what is to be added to those that are written.
  struct SumCache {
    struct Key: Hashable {
      let scope: LedgerScope
      let day: Int64
    }

    /// Of more scopes than these, none is held any longer: they are read again.
    private static let limit = 100_000

    private var held: [LedgerScope: [(days: ClosedRange<Int64>, nanos: Int64)]] = [:]
    private var changes: [Key: Int64] = [:]

    subscript(scope: LedgerScope, days: ClosedRange<Int64>) -> Int64? {
      held[scope]?.first { $0.days == days }?.nanos
    }

    /// Holds what was read, and what is to be added to it: the sum of both.
    mutating func keep(_ written: Int64, _ scope: LedgerScope, _ days: ClosedRange<Int64>) -> Int64 {
      if held.count >= SumCache.limit { held.removeAll() }
      let sum = changes.reduce(written) { $1.key.scope == scope && days.contains($1.key.day) ? $0 + $1.value : $0 }
      // Windows that are over are not asked for again.
      held[scope] = (held[scope] ?? []).suffix(3) + [(days, sum)]
      return sum
    }

    mutating func add(_ nanos: Int64, _ scope: LedgerScope, day: Int64) {
      changes[Key(scope: scope, day: day), default: 0] += nanos
      guard let sums = held[scope] else { return }
      for index in sums.indices where sums[index].days.contains(day) { held[scope]![index].nanos += nanos }
    }

    mutating func takeChanges() -> [Key: Int64] {
      defer { changes.removeAll(keepingCapacity: true) }
      return changes
    }
  }
#endif
