import Testing

@testable import HTTPServer

@Suite("The pace of a client that is waited for")
struct PaceTests {
  private static let second: UInt64 = 1_000_000_000
  private static let limit = Pace.Limit(rate: 256, window: 30 * second)

  /// Whether it is kept at each of these times, in seconds, with so many bytes moved by then.
  private func kept(_ events: [(Double, UInt64)], _ limit: Pace.Limit = limit) -> [Bool] {
    var pace = Pace()
    return events.map { pace.isKept($0.1, now: UInt64($0.0 * 1e9), limit) }
  }

  @Test("nothing is asked for before the window is over, and then the rate over all of it")
  func window() {
    #expect(kept([(0, 0), (29, 1), (30, 7679)]) == [true, true, false])
    #expect(kept([(0, 0), (29, 1), (30, 7680)]) == [true, true, true])
    // Looked at later, more is due.
    #expect(kept([(0, 0), (45, 11_519)]) == [true, false])
    #expect(kept([(0, 0), (45, 11_520)]) == [true, true])
  }

  @Test("each window is measured on its own: what came fast before is no credit")
  func noCredit() {
    #expect(kept([(0, 0), (30, 10 << 20), (60, (10 << 20) + 100)]) == [true, true, false])
    #expect(kept([(0, 0), (30, 10 << 20), (60, (10 << 20) + 7680)]) == [true, true, true])
  }

  @Test("one byte a second ends after the first window, 256 never")
  func drip() {
    #expect(kept((0...31).map { (Double($0), UInt64($0)) }).firstIndex(of: false) == 30)
    #expect(!kept((0...3600).map { (Double($0), UInt64($0) * 256) }).contains(false))
  }

  @Test("time in which it was not waited for does not count")
  func pause() {
    var pace = Pace()
    let first = pace.isKept(0, now: 0, PaceTests.limit)
    pace.pause()
    let later = [(1, 100), (2, 129), (2, 130)].map { (moved: UInt64, time: UInt64) in
      pace.isKept(moved, now: time * PaceTests.second, PaceTests.limit)
    }
    #expect(first && later == [true, true, false])
  }

  @Test("without a rate nothing is asked for, and no number overflows")
  func extremes() {
    #expect(!kept([(0, 0), (30, 0), (60, 0)], Pace.Limit(rate: 0, window: 30 * PaceTests.second)).contains(false))
    #expect(kept([(0, 0), (1e9, 1)], Pace.Limit(rate: .max, window: PaceTests.second)) == [true, false])
    // A clock that stands still, and bytes counted past the end of the number.
    #expect(kept([(1, .max), (1, .max), (31, 7679 &- 1)]) == [true, true, false])
    #expect(kept([(1, .max), (31, 7679)]) == [true, true])
  }
}
