/// The time of day in UTC, as the texts that HTTP and logs write it in.
public struct CivilTime: Comparable, Sendable {
  /// Seconds since 1970.
  public let seconds: Int64
  /// Milliseconds within the second.
  public let milliseconds: Int

  public init(seconds: Int64, milliseconds: Int) {
    self.seconds = seconds
    self.milliseconds = milliseconds
  }

  public static func < (left: CivilTime, right: CivilTime) -> Bool {
    (left.seconds, left.milliseconds) < (right.seconds, right.milliseconds)
  }

  /// A date of the Gregorian calendar with a time of day.
  private struct Fields {
    var year: Int64
    var month: Int64
    var day: Int64
    /// 0 is Sunday.
    var weekday: Int64
    /// Within the day.
    var second: Int64
  }

  private var fields: Fields {
    let days = seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400
    let date = CalendarDate(days: days)
    return Fields(
      year: date.year, month: date.month, day: date.day, weekday: date.weekday, second: seconds - days * 86400)
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7), 29 bytes.
  public var httpDate: [UInt8] {
    let now = fields
    let days = Array("SunMonTueWedThuFriSat".utf8)
    let months = Array("JanFebMarAprMayJunJulAugSepOctNovDec".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(29)
    text += days[Int(now.weekday) * 3..<Int(now.weekday) * 3 + 3]
    text += ", ".utf8
    text.appendPadded(now.day, width: 2)
    text.append(0x20)
    text += months[Int(now.month - 1) * 3..<Int(now.month - 1) * 3 + 3]
    text.append(0x20)
    text.appendPadded(now.year, width: 4)
    text.append(0x20)
    text.appendClock(now.second)
    text += " GMT".utf8
    return text
  }

  /// `1994-11-06T08:49:37` (RFC 3339 without the fraction and zone), 19 bytes.
  public var dateAndClock: [UInt8] {
    let now = fields
    var text: [UInt8] = []
    text.reserveCapacity(19)
    text.appendPadded(now.year, width: 4)
    text.append(UInt8(ascii: "-"))
    text.appendPadded(now.month, width: 2)
    text.append(UInt8(ascii: "-"))
    text.appendPadded(now.day, width: 2)
    text.append(UInt8(ascii: "T"))
    text.appendClock(now.second)
    return text
  }
}

extension [UInt8] {
  fileprivate mutating func appendPadded(_ value: Int64, width: Int) {
    append(decimal: UInt64(clamping: value), width: width)
  }

  /// Appends `hh:mm:ss`.
  fileprivate mutating func appendClock(_ second: Int64) {
    appendPadded(second / 3600, width: 2)
    append(UInt8(ascii: ":"))
    appendPadded(second / 60 % 60, width: 2)
    append(UInt8(ascii: ":"))
    appendPadded(second % 60, width: 2)
  }
}
