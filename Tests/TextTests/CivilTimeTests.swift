import Testing
import Text

@Suite("Civil time")
struct CivilTimeTests {
  private func texts(_ seconds: Int64) -> (http: String, log: String) {
    let time = CivilTime(seconds: seconds, milliseconds: 0)
    return (String(decoding: time.httpDate, as: UTF8.self), String(decoding: time.dateAndClock, as: UTF8.self))
  }

  @Test(
    "writes known moments as HTTP dates and log times (RFC 9110 §5.6.7, RFC 3339 §5.6)",
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00"),
      (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37"),
      (-1, "Wed, 31 Dec 1969 23:59:59 GMT", "1969-12-31T23:59:59"),
      (68_169_600, "Tue, 29 Feb 1972 00:00:00 GMT", "1972-02-29T00:00:00"),
      (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT", "2000-02-29T00:00:00"),
      (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT", "2000-03-01T00:00:00"),
      (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT", "2000-02-29T23:59:59"),
      (1_709_210_096, "Thu, 29 Feb 2024 12:34:56 GMT", "2024-02-29T12:34:56"),
      (2_147_483_648, "Tue, 19 Jan 2038 03:14:08 GMT", "2038-01-19T03:14:08"),
      (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT", "2100-02-28T23:59:59"),
      (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT", "2100-03-01T00:00:00"),
      (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59"),
    ] as [(Int64, String, String)])
  func known(seconds: Int64, http: String, log: String) {
    let (seenHTTP, seenLog) = texts(seconds)
    #expect(seenHTTP == http && seenLog == log)
  }

  @Test("agrees with counting the days one by one, from 1970 to 2405")
  func counting() {
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    var (day, faults) = (0, [String]())
    for year in 1970...2405 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      for (month, length) in lengths.enumerated() {
        for date in 1...length {
          let clock = (day &* 7919) % 86400
          let (seenHTTP, seenLog) = texts(Int64(day) * 86400 + Int64(clock))
          let time = [clock / 3600, clock / 60 % 60, clock % 60].map(padded).joined(separator: ":")
          let http = "\(days[day % 7]), \(padded(date)) \(months[month]) \(year) \(time) GMT"
          let log = "\(year)-\(padded(month + 1))-\(padded(date))T\(time)"
          if seenHTTP != http || seenLog != log { faults.append("\(seenHTTP) \(seenLog), not \(http)") }
          day += 1
        }
      }
    }
    #expect(faults.prefix(3) == [])
    #expect(day == 159_246)
  }

  private func padded(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }

  @Test("always has the lengths it promises")
  func lengths() {
    for seconds in stride(from: Int64(0), to: 253_402_300_800, by: 9_876_543_211) {
      let time = CivilTime(seconds: seconds, milliseconds: 999)
      #expect(time.httpDate.count == 29 && time.dateAndClock.count == 19)
    }
  }
}
