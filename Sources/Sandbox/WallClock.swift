internal import System

/// The time of day, for ids and log lines. Everything that waits uses the monotonic time of the loop.
enum WallClock {
  /// Milliseconds since 1970.
  static func milliseconds() -> UInt64 {
    let time = SystemClock.sinceEpoch()
    return UInt64(time.seconds) * 1000 + UInt64(time.nanoseconds / 1_000_000)
  }

  /// As fal writes the time in logs: "2024-12-20T15:37:17.120000", UTC without saying so (protocol.md §3.5).
  static func text(milliseconds: UInt64) -> String {
    let seconds = milliseconds / 1000
    // Days since 1970 to a date of the Gregorian calendar, in eras of 400 years that begin on 1 March.
    let shifted = seconds / 86400 + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    let second = seconds % 86400
    let clock = "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
    return "\(date)T\(clock).\(padded(milliseconds % 1000, 3))000"
  }

  private static func padded(_ value: UInt64, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}
