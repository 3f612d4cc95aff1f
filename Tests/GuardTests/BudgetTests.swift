import Glibc
import Testing
import Text

@testable import Guard

@Suite("Windows of budgets")
struct BudgetTests {
  private static func zone(_ text: String) throws -> TimeZone {
    // Berlin, as the end of its file says it, in a file with nothing in front of that.
    if text == "Berlin" {
      var file = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
      let counts = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 4] as [UInt8]
      let block = [0, 0, 0x0E, 0x10, 0, 0] + Array("CET\0".utf8)
      file = file + counts + block + file + counts + block
      return try #require(TimeZone(file: file + Array("\nCET-1CEST,M3.5.0,M10.5.0/3\n".utf8)))
    }
    return try #require(TimeZone(fixed: text))
  }

  @Test(
    "a window is a part of the calendar of its zone, and the next begins at midnight there",
    arguments: [
      // 2026-11-25T23:30:00Z.
      (Budget.Period.day, "UTC", 1_795_649_400, 20_261_125, 20_261_125, 1_795_651_200),
      (.day, "+01:00", 1_795_649_400, 20_261_126, 20_261_126, 1_795_734_000),
      (.day, "-10:00", 1_795_649_400, 20_261_125, 20_261_125, 1_795_687_200),
      (.day, "Berlin", 1_795_649_400, 20_261_126, 20_261_126, 1_795_734_000),
      (.month, "UTC", 1_795_649_400, 20_261_101, 20_261_130, 1_796_083_200),
      // 2026-12-31T23:30:00Z.
      (.month, "UTC", 1_798_759_800, 20_261_201, 20_261_231, 1_798_761_600),
      (.month, "+01:00", 1_798_759_800, 20_270_101, 20_270_131, 1_801_436_400),
      // The day of 25 hours, 2026-10-25, begins in summer and ends in winter; that of 23 hours, 2026-03-29.
      (.day, "Berlin", 1_792_886_400, 20_261_025, 20_261_025, 1_792_969_200),
      (.day, "Berlin", 1_774_742_400, 20_260_329, 20_260_329, 1_774_821_600),
    ])
  func windows(period: Budget.Period, zone: String, at: Int64, first: Int64, last: Int64, resets: Int64) throws {
    let window = BudgetWindow(period, at: at, in: try BudgetTests.zone(zone))
    #expect((window.first.number, window.last.number) == (first, last))
    #expect(window.resets == resets)
    #expect(window == BudgetWindow(period, at: resets - 1, in: try BudgetTests.zone(zone)))
    #expect(window != BudgetWindow(period, at: resets, in: try BudgetTests.zone(zone)))
  }

  @Test("the one that never ends holds every day, and never resets")
  func ever() {
    let window = BudgetWindow(.ever, at: 1_795_649_400, in: .utc)
    #expect(window.resets == nil)
    #expect(window.first < CalendarDate(days: 0) && CalendarDate(year: 2200, month: 1, day: 1) < window.last)
  }

  @Test("each second of a year is in one window, also where midnight is left out")
  func everySecond() throws {
    // Clocks that go from midnight to one o'clock, and from midnight back to eleven.
    var file = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
    let counts = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 4] as [UInt8]
    file = file + counts + [0, 0, 0, 0, 0, 0] + Array("CET\0".utf8)
    let zone = try #require(TimeZone(file: file + file + Array("\nXXX3YYY,M10.3.0/0,M2.3.0/0\n".utf8)))
    var time: Int64 = 1_767_250_000
    var (last, count) = (BudgetWindow(.day, at: time, in: zone), 0)
    while count < 400 {
      let next = try #require(last.resets)
      #expect(next > time && next - time <= 25 * 3600)
      #expect(zone.date(at: next - 1) == last.first)
      time = next
      let window = BudgetWindow(.day, at: time, in: zone)
      #expect(window.first.days == last.first.days + 1)
      (last, count) = (window, count + 1)
    }
  }
}
