/// A day of the Gregorian calendar.
public struct CalendarDate: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let year: Int64
  /// 1 to 12.
  public let month: Int64
  /// 1 to 31.
  public let day: Int64

  /// The day that is `days` after 1 January 1970.
  public init(days: Int64) {
    // Days to a date in eras of 400 years that begin on 1 March.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
  }

  /// A day, also one behind the end of its month, which is then one of the next.
  public init(year: Int64, month: Int64, day: Int64) {
    self.init(days: CalendarDate.days(year, month, day))
  }

  /// `2026-11-25`; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Array($0.utf8) }
    guard parts.map(\.count) == [4, 2, 2] else { return nil }
    let numbers = parts.compactMap { Decimal.value(of: $0.span).map { Int64($0) } }
    guard numbers.count == 3, (1...12).contains(numbers[1]), (1...31).contains(numbers[2]) else { return nil }
    self.init(year: numbers[0], month: numbers[1], day: numbers[2])
    guard day == numbers[2] else { return nil }
  }

  /// The day as one number, in the order of the calendar: 20261125.
  public var number: Int64 { year * 10_000 + month * 100 + day }

  /// The day whose `number` it is.
  public init(number: Int64) { self.init(year: number / 10_000, month: number / 100 % 100, day: number % 100) }

  /// Days since 1 January 1970.
  public var days: Int64 { CalendarDate.days(year, month, day) }

  /// 0 is Sunday.
  public var weekday: Int64 { ((days + 4) % 7 + 7) % 7 }

  /// `2026-11-25`.
  public var description: String {
    var text: [UInt8] = []
    text.append(decimal: UInt64(clamping: year), width: 4)
    text.append(UInt8(ascii: "-"))
    text.append(decimal: UInt64(month), width: 2)
    text.append(UInt8(ascii: "-"))
    text.append(decimal: UInt64(day), width: 2)
    return String(decoding: text, as: UTF8.self)
  }

  public static func < (left: CalendarDate, right: CalendarDate) -> Bool { left.days < right.days }

  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
