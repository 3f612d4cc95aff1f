/// State of spending that outlives requests: what is reserved, and what has become of it.
///
/// Every answer comes once, from any thread and perhaps before the call returns; a loop has it handed on to itself. What one caller
/// asks is done in the order in which it is asked. All changes can be made again and again with the effect of one.
public protocol Ledger: AnyObject, Sendable {
  /// Sets an amount aside under all limits of a reservation, or under none. With an id that is known nothing is counted anew.
  func reserve(_ reservation: Reservation, _ answer: @escaping @Sendable (ReserveAnswer) -> Void)

  /// Notes what has become known of a reservation.
  func change(_ key: LedgerKey, _ change: LedgerChange, _ answer: @escaping @Sendable (ChangeAnswer) -> Void)

  /// Answers with what `query` asks for, everything asked before taken into account; nil while the ledger cannot be read.
  func read<Answer: Sendable>(_ query: LedgerQuery<Answer>, _ answer: @escaping @Sendable (Answer?) -> Void)

  /// Forgets entries that are not open, were made before a time (in milliseconds since 1970), and count on days before `day`. What
  /// they count stays in the sums.
  func prune(before time: Int64, day: Int64, _ answer: @escaping @Sendable (Int?) -> Void)

  /// Waits until everything asked so far is written, and lets go of the store. Whatever is asked later is unavailable.
  func close()
}

extension Ledger {
  /// The same without an answer.
  public func change(_ key: LedgerKey, _ change: LedgerChange) { self.change(key, change) { _ in } }
}

/// Why a ledger cannot be used: a sentence that names the cure.
public struct LedgerFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// The sentence.
  public let description: String

  /// A fault.
  public init(_ description: String) { self.description = description }
}
