public import Text

/// How much may be spent in each window of time, as it is set: `1.00/day`, `20/month`, or `5.00` for ever.
public struct Budget: Sendable, Equatable {
  /// How long an amount lasts.
  public enum Period: String, Sendable, CaseIterable {
    case day, month
    case ever
  }

  /// So much in a window.
  public struct Rule: Sendable, Equatable {
    public let amount: Money
    public let period: Period

    /// So much in a window.
    public init(_ amount: Money, per period: Period) {
      self.amount = amount
      self.period = period
    }
  }

  /// No more than one for each period.
  public let rules: [Rule]

  /// The budget that `rules` make.
  public init(_ rules: [Rule]) { self.rules = rules }

  /// Whether nothing is limited.
  public var isOff: Bool { rules.isEmpty }

  /// The windows at a time in seconds since 1970, and what each may hold.
  public func windows(at time: Int64, in zone: TimeZone) -> [(amount: Money, window: BudgetWindow)] {
    rules.map { ($0.amount, BudgetWindow($0.period, at: time, in: zone)) }
  }
}

/// A part of the calendar in which what is spent is added up.
public struct BudgetWindow: Sendable, Equatable {
  public let period: Budget.Period
  /// Its first day.
  public let first: CalendarDate
  /// Its last day.
  public let last: CalendarDate
  /// Seconds since 1970 at which the next one begins; nil of the one that never ends.
  public let resets: Int64?

  /// The window of `period` in which a time, in seconds since 1970, lies.
  public init(_ period: Budget.Period, at time: Int64, in zone: TimeZone) {
    self.period = period
    let today = zone.date(at: time)
    switch period {
    case .day: (first, last) = (today, today)
    case .month:
      first = CalendarDate(year: today.year, month: today.month, day: 1)
      let next =
        today.month == 12
        ? CalendarDate(year: today.year + 1, month: 1, day: 1)
        : CalendarDate(year: today.year, month: today.month + 1, day: 1)
      last = CalendarDate(days: next.days - 1)
    case .ever: (first, last) = (CalendarDate(number: 0001_01_01), CalendarDate(number: 9999_12_31))
    }
    resets = period == .ever ? nil : zone.start(of: CalendarDate(days: last.days + 1))
  }
}
