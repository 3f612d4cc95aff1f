/// The rule for the future at the end of a zone file, such as `CET-1CEST,M3.5.0,M10.5.0/3` (POSIX.1, TZ; RFC 9636 §3.3).
struct ZoneRule: Sendable, Equatable {
  /// A day and a time of a year at which clocks change.
  struct Change: Sendable, Equatable {
    enum Day: Sendable, Equatable {
      /// The first, second, … or, with 5, the last such weekday of a month.
      case weekday(month: Int64, week: Int64, day: Int64)
      /// 1 to 365; 29 February is never counted.
      case julian(Int64)
      /// 0 to 365.
      case ordinal(Int64)
    }

    var day: Day
    /// Seconds from midnight; may lie outside of the day.
    var time: Int64
  }

  /// Seconds east of Greenwich.
  private var standard: Int64
  private var summer: (offset: Int64, from: Change, until: Change)?

  init?(_ text: [UInt8]) {
    var reader = Reader(text: text)
    guard reader.skipName(), let offset = reader.time() else { return nil }
    standard = -offset
    if reader.isAtEnd { return }
    guard reader.skipName() else { return nil }
    let summer = reader.peek == UInt8(ascii: ",") ? standard + 3600 : reader.time().map { -$0 }
    guard let summer, reader.skip(UInt8(ascii: ",")), let from = reader.change(), reader.skip(UInt8(ascii: ",")),
      let until = reader.change(), reader.isAtEnd
    else { return nil }
    self.summer = (summer, from, until)
  }

  static func == (left: ZoneRule, right: ZoneRule) -> Bool {
    left.standard == right.standard && left.summer?.offset == right.summer?.offset
      && left.summer?.from == right.summer?.from && left.summer?.until == right.summer?.until
  }

  /// Seconds east of Greenwich at a time in seconds since 1970.
  func offset(at time: Int64) -> Int64 {
    guard let summer else { return standard }
    let year = CalendarDate(days: (time + standard).dividedDown(by: 86400)).year
    let from = ZoneRule.start(of: summer.from, year) - standard
    let until = ZoneRule.start(of: summer.until, year) - summer.offset
    let isSummer = from < until ? from <= time && time < until : time < until || from <= time
    return isSummer ? summer.offset : standard
  }

  /// In seconds since 1970 by the clock before the change.
  private static func start(of change: Change, _ year: Int64) -> Int64 {
    let first = CalendarDate(year: year, month: 1, day: 1)
    let days: Int64 =
      switch change.day {
      case .ordinal(let day): first.days + day
      case .julian(let day):
        first.days + day - 1 + (day >= 60 && CalendarDate(year: year, month: 2, day: 29).month == 2 ? 1 : 0)
      case .weekday(let month, let week, let day): self.day(day, week, month, year)
      }
    return days * 86400 + change.time
  }

  private static func day(_ weekday: Int64, _ week: Int64, _ month: Int64, _ year: Int64) -> Int64 {
    let first = CalendarDate(year: year, month: month, day: 1)
    let next = month == 12 ? first.days + 31 : CalendarDate(year: year, month: month + 1, day: 1).days
    let day = first.days + (weekday - first.weekday + 7) % 7 + (week - 1) * 7
    return day < next ? day : day - 7
  }

  private struct Reader {
    let text: [UInt8]
    var at = 0

    var isAtEnd: Bool { at == text.count }
    var peek: UInt8? { isAtEnd ? nil : text[at] }

    mutating func skip(_ byte: UInt8) -> Bool {
      guard peek == byte else { return false }
      at += 1
      return true
    }

    /// `CET`, or `<+03>`.
    mutating func skipName() -> Bool {
      if skip(UInt8(ascii: "<")) {
        at = text[at...].firstIndex(of: UInt8(ascii: ">")) ?? text.count
        return skip(UInt8(ascii: ">"))
      }
      let start = at
      while let byte = peek, byte.isLetter { at += 1 }
      return at - start >= 3
    }

    mutating func number(_ limit: Int64) -> Int64? {
      let start = at
      while let byte = peek, byte.isDigit { at += 1 }
      return Decimal.value(of: text[start..<at].span, digits: 3).flatMap { $0 <= limit ? Int64($0) : nil }
    }

    /// `[+-]h[h[h]][:mm[:ss]]` in seconds.
    mutating func time() -> Int64? {
      let isNegative = skip(UInt8(ascii: "-"))
      if !isNegative { _ = skip(UInt8(ascii: "+")) }
      guard var seconds = number(167).map({ $0 * 3600 }) else { return nil }
      for weight: Int64 in [60, 1] where skip(UInt8(ascii: ":")) {
        guard let part = number(59) else { return nil }
        seconds += part * weight
      }
      return isNegative ? -seconds : seconds
    }

    mutating func change() -> Change? {
      guard let day = day() else { return nil }
      guard skip(UInt8(ascii: "/")) else { return Change(day: day, time: 7200) }
      return time().map { Change(day: day, time: $0) }
    }

    private mutating func day() -> Change.Day? {
      if skip(UInt8(ascii: "J")) { return number(365).flatMap { $0 > 0 ? .julian($0) : nil } }
      guard skip(UInt8(ascii: "M")) else { return number(365).map { .ordinal($0) } }
      guard let month = number(12), month > 0, skip(UInt8(ascii: ".")), let week = number(5), week > 0,
        skip(UInt8(ascii: ".")), let day = number(6)
      else { return nil }
      return .weekday(month: month, week: week, day: day)
    }
  }
}

extension Int64 {
  /// Divided and rounded towards the past.
  func dividedDown(by divisor: Int64) -> Int64 { self >= 0 ? self / divisor : (self - divisor + 1) / divisor }
}
