import Glibc
import Testing

@testable import Text

@Suite("Time zones")
struct TimeZoneTests {
  @Test(
    "a fixed offset is read",
    arguments: [
      ("UTC", 0), ("Z", 0), ("+02:00", 7200), ("-05:30", -19800), ("+0530", 19800), ("+1", 3600), ("-11", -39600),
      ("+00:00", 0), ("+14:00", 50400),
    ])
  func fixed(text: String, seconds: Int64) { #expect(TimeZone(fixed: text)?.offset(at: 0) == seconds) }

  @Test(
    "what is none is not taken for one",
    arguments: [
      "", "+", "2", "02:00", "+2:00", "+02:0", "+15:00", "+02:60", "+020:0", "+:0200", "utc", "GMT", "+02:00:00",
      "+123",
    ])
  func noOffset(text: String) { #expect(TimeZone(fixed: text) == nil) }

  @Test(
    "the name of a zone names a file below one folder and no other",
    arguments: [
      ("Europe/Berlin", true), ("America/Argentina/Buenos_Aires", true), ("Etc/GMT+5", true), ("EST5EDT", true),
      ("", false), ("/etc/passwd", false), ("../passwd", false), ("Europe/../../x", false), ("Europe//Berlin", false),
      ("Europe/", false), ("posixrules.d", false), (".", false),
    ])
  func names(text: String, isName: Bool) { #expect(TimeZone.isName(text) == isName) }

  @Test(
    "the rule for the future is read",
    arguments: [
      ("CET-1CEST,M3.5.0,M10.5.0/3", 1_785_000_000, 7200), ("CET-1CEST,M3.5.0,M10.5.0/3", 1_795_000_000, 3600),
      ("EST5EDT,M3.2.0,M11.1.0", 1_785_000_000, -14400), ("EST5EDT,M3.2.0,M11.1.0", 1_795_000_000, -18000),
      ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_785_000_000, 36000), ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_795_000_000, 39600),
      ("<-03>3", 0, -10800), ("<+0545>-5:45", 0, 20700), ("XXX0YYY,J60,J300", 1_772_323_200, 0),
      ("XXX0YYY,J60/0,J300", 1_772_323_200, 3600), ("XXX0YYY,0/0,J365/25", 1_785_000_000, 3600),
    ])
  func rules(text: String, time: Int64, offset: Int64) throws {
    #expect(try #require(ZoneRule(Array(text.utf8))).offset(at: time) == offset)
  }

  @Test(
    "what is no rule is refused",
    arguments: [
      "", "C", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
      "CET-1CEST,M3.5.7,M10.5.0", "<CET-1", "CET-1CEST,J0,J5", "CET-1CEST,M3.5.0,M10.5.0/3x", "CET-200",
    ])
  func noRules(text: String) { #expect(ZoneRule(Array(text.utf8)) == nil) }

  @Test("a file that is cut or changed anywhere is refused or read, and never more")
  func damaged() throws {
    guard let bytes = TimeZoneTests.file("Europe/Berlin") else { return }
    for count in stride(from: 0, to: bytes.count, by: 7) {
      #expect(TimeZone(file: Array(bytes[..<count])) == nil)
    }
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 0xFF
      _ = TimeZone(file: changed)?.offset(at: 1_785_000_000)
    }
    #expect(TimeZone(file: Array("no zone".utf8)) == nil)
  }

  @Test("the system's zones are read as the C library reads them")
  func system() {
    defer {
      unsetenv("TZ")
      tzset()
    }
    for name in [
      "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu", "Africa/Cairo",
      "Europe/Dublin", "Pacific/Apia", "America/Nuuk", "Asia/Gaza", "Etc/GMT+5", "Africa/Casablanca",
    ] {
      guard let bytes = TimeZoneTests.file(name) else { continue }
      let zone = TimeZone(file: bytes)
      setenv("TZ", name, 1)
      tzset()
      var wrong: [Int64] = []
      // A prime step, so that every hour of a day comes up.
      for time in stride(from: Int64(0), to: 4_100_000_000, by: 100_003) {
        var (clock, fields) = (time_t(time), tm())
        localtime_r(&clock, &fields)
        if zone?.offset(at: time) != Int64(fields.tm_gmtoff) { wrong.append(time) }
      }
      #expect(wrong.isEmpty, "\(name)")
    }
  }

  @Test("days are those of the calendar, both ways")
  func days() {
    #expect(CalendarDate(days: 0).description == "1970-01-01")
    #expect(CalendarDate(year: 2024, month: 2, day: 30).description == "2024-03-01")
    #expect(CalendarDate(number: 20_261_125).description == "2026-11-25")
    for text in ["2026-11-25", "2024-02-29", "2000-12-31"] { #expect(CalendarDate(text)?.description == text) }
    for text in ["", "2026-11-31", "2023-02-29", "2026-13-01", "26-11-25", "2026/11/25", "2026-11-2x"] {
      #expect(CalendarDate(text) == nil)
    }
    for days in stride(from: Int64(-1_000_000), to: 1_000_000, by: 37) {
      let date = CalendarDate(days: days)
      #expect(date.days == days)
      #expect(CalendarDate(year: date.year, month: date.month, day: date.day) == date)
    }
  }

  private static func file(_ name: String) -> [UInt8]? {
    guard let file = fopen("/usr/share/zoneinfo/\(name)", "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes[..<count])
  }
}
