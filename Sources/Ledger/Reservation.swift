public import Text

/// How much may be spent by somebody in a part of the calendar.
public struct LedgerLimit: Hashable, Sendable {
  public let scope: LedgerScope
  /// From the first to the last day, as `CalendarDate.number`; the day of the reservation is one of them.
  public let days: ClosedRange<Int64>
  public let most: Money

  /// A limit.
  public init(_ scope: LedgerScope, days: ClosedRange<Int64>, most: Money) {
    self.scope = scope
    self.days = days
    self.most = most
  }
}

/// What is to be set aside before a request leaves.
public struct Reservation: Sendable {
  /// The entry that it makes.
  public let entry: LedgerEntry
  /// All of them have to leave room for it.
  public let limits: [LedgerLimit]

  /// A reservation.
  /// - Parameters:
  ///   - time: milliseconds since 1970.
  ///   - day: on which it counts, as `CalendarDate.number`.
  ///   - unitPrice: nil where the estimate stands, whatever fal bills.
  ///   - isFinal: whether nothing will be heard of it, as of a token.
  public init(
    _ id: LedgerID, user: String, group: String? = nil, endpoint: String, time: Int64, day: Int64, estimate: Money,
    unitPrice: Money?, limits: [LedgerLimit], isFinal: Bool = false
  ) {
    let estimate = min(estimate, LedgerEntry.most)
    var entry = LedgerEntry(
      id: id, user: user, group: group, endpoint: endpoint, time: time, day: day, estimate: estimate,
      unitPrice: unitPrice, charged: estimate, seen: time)
    if isFinal { entry.state = .settled }
    self.entry = entry
    self.limits = limits
  }
}

/// What became of a reservation.
public enum ReserveAnswer: Equatable, Sendable {
  /// It will not be lost any more: the request may leave. With what is spent under each of the limits, this included.
  case committed(spent: [Money])
  /// Some limits leave no room for it, and nothing was counted. With what is spent under each of the limits, nil under those
  /// that leave room.
  case refused(spent: [Money?])
  /// The ledger cannot be written: the request must not leave.
  case unavailable
}

/// What became of a change.
public enum ChangeAnswer: Equatable, Sendable {
  /// The entry as it stands now, whether the change changed it or came too late.
  case done(LedgerEntry)
  /// There is no such entry.
  case unknown
  /// It could not be written, and is given up: the entry stays as it was, and is charged.
  case unavailable
}
