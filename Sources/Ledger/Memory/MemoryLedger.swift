internal import Synchronization
internal import Text

/// A ledger that ends with the process. Of what is over it keeps no more than a limit; its sums hold all of it.
public final class MemoryLedger: Ledger {
  private let shelf: Mutex<MemoryShelf?>

  /// An empty one.
  /// - Parameter limit: the closed entries that are kept at least; up to twice as many are.
  public init(limit: Int = 10_000) { shelf = Mutex(MemoryShelf(limit: limit)) }

  public func reserve(_ reservation: Reservation, _ answer: @escaping @Sendable (ReserveAnswer) -> Void) {
    answer(with { shelf throws(LedgerFault) in try LedgerBooks.reserve(reservation, on: shelf) } ?? .unavailable)
  }

  public func change(
    _ key: LedgerKey, _ change: LedgerChange, _ answer: @escaping @Sendable (ChangeAnswer) -> Void
  ) {
    answer(with { shelf throws(LedgerFault) in try LedgerBooks.change(key, change, on: shelf) } ?? .unavailable)
  }

  public func read<Answer: Sendable>(_ query: LedgerQuery<Answer>, _ answer: @escaping @Sendable (Answer?) -> Void) {
    answer(with { shelf throws(LedgerFault) in try query.ask(shelf) })
  }

  public func prune(before time: Int64, day: Int64, _ answer: @escaping @Sendable (Int?) -> Void) {
    answer(with { shelf in shelf.prune(before: time, day: day) })
  }

  public func close() { shelf.withLock { $0 = nil } }

  /// What `body` makes of the shelf; nil once it is closed.
  private func with<Answer: Sendable>(_ body: @Sendable (MemoryShelf) throws(LedgerFault) -> Answer) -> Answer? {
    shelf.withLock { shelf in shelf.flatMap { try? body($0) } }
  }
}
