internal import Text

/// What a reservation or a change does to a shelf: the rules that every store of this process has in common.
///
/// Whatever order things become known in, the outcome is the same: a bill outweighs everything and the first one stands, and of a
/// reservation of which it is certain that it costs nothing, nothing else does.
enum LedgerBooks {
  static func reserve(_ reservation: Reservation, on shelf: any LedgerShelf) throws(LedgerFault) -> ReserveAnswer {
    let entry = reservation.entry
    let isKnown = try shelf.entry(.id(entry.id)) != nil
    var spent: [Money] = []
    var exceeded: [Money?] = []
    for limit in reservation.limits {
      let sum = try shelf.sum(limit.scope, limit.days)
      spent.append(isKnown ? sum : sum + entry.charged)
      exceeded.append(!isKnown && sum + entry.charged > limit.most ? sum : nil)
    }
    if exceeded.contains(where: { $0 != nil }) { return .refused(spent: exceeded) }
    if !isKnown {
      try shelf.put(entry, isNew: true)
      for scope in entry.scopes { try shelf.add(entry.charged.nanos, scope, day: entry.day) }
    }
    return .committed(spent: spent)
  }

  static func change(
    _ key: LedgerKey, _ change: LedgerChange, on shelf: any LedgerShelf
  ) throws(LedgerFault) -> ChangeAnswer {
    guard let old = try shelf.entry(key) else { return .unknown }
    let entry = LedgerBooks.entry(old, after: change)
    guard entry != old else { return .done(old) }
    try shelf.put(entry, isNew: false)
    let difference = entry.charged.nanos - old.charged.nanos
    if difference != 0 {
      for scope in entry.scopes { try shelf.add(difference, scope, day: entry.day) }
    }
    return .done(entry)
  }

  /// What `change` makes of an entry.
  static func entry(_ entry: LedgerEntry, after change: LedgerChange) -> LedgerEntry {
    var entry = entry
    switch change {
    case .queued(let job, let time):
      guard entry.job == nil, entry.state == .reserved || entry.state == .kept else { return entry }
      entry.job = job
      entry.state = .queued
      entry.seen = time
    case .seen(let progress, let time):
      // Nothing that was seen to be over goes on.
      guard entry.progress < .completed else { return entry }
      entry.progress = max(entry.progress, progress)
      entry.seen = time
    case .billed(let units):
      guard entry.state != .settled else { return entry }
      entry.state = .settled
      entry.charged = entry.unitPrice.map { min(Money(units, at: $0), LedgerEntry.most) } ?? entry.estimate
    case .released:
      guard entry.state != .settled else { return entry }
      entry.state = .released
      entry.charged = .zero
    case .kept:
      guard entry.state.isOpen else { return entry }
      entry.state = .kept
    case .hidden: entry.isHidden = true
    }
    return entry
  }
}

extension JobProgress: Comparable {
  public static func < (left: JobProgress, right: JobProgress) -> Bool { left.rawValue < right.rawValue }
}
