import Testing
import Transport

@Suite("Timer wheel")
struct TimerWheelTests {
  private static let millisecond: UInt64 = 1_000_000
  private static let slot = TimerWheel.slotNanoseconds

  /// When each of `count` entries was reported, with the clock moved on by `step`, starting at `start`.
  private func firings(
    _ wheel: inout TimerWheel, from start: UInt64, until end: UInt64, step: UInt64
  ) -> [(index: Int, time: UInt64)] {
    var found: [(index: Int, time: UInt64)] = []
    var now = start
    while now <= end {
      var due: [Int] = []
      wheel.collectDue(now: now, into: &due)
      found += due.map { ($0, now) }
      now += step
    }
    return found
  }

  @Test(
    "reports a deadline never early and at most 64 ms late",
    arguments: [
      0, 1, 31, 32, 33, 63, 64, 65, 100, 999, 1000, 31_999, 32_000, 32_736, 32_767, 32_768, 40_000, 75_000, 610_000,
    ])
  func accuracy(milliseconds: UInt64) {
    for offset: UInt64 in [0, 1, 31_999_999, 32_000_000, 123_456_789_012] {
      var wheel = TimerWheel(now: offset)
      let deadline = offset + milliseconds * Self.millisecond
      wheel.set(0, deadline: deadline, now: offset)
      let found = firings(&wheel, from: offset, until: deadline + 200 * Self.millisecond, step: Self.millisecond)
      #expect(found.map(\.index) == [0])
      guard let time = found.first?.time else { continue }
      #expect(time >= deadline && time <= deadline + 64 * Self.millisecond, "offset \(offset)")
    }
  }

  @Test("is late by at most 64 ms when woken exactly at nextExpiry, however far the deadline")
  func wakeups() {
    for milliseconds: UInt64 in [0, 1, 40, 1000, 32_700, 32_768, 33_000, 75_000, 610_000] {
      let start: UInt64 = 77_777_777
      var wheel = TimerWheel(now: start)
      let deadline = start + milliseconds * Self.millisecond
      wheel.set(3, deadline: deadline, now: start)
      var (fired, wakes, now) = (UInt64(0), 0, start)
      while let next = wheel.nextExpiry, fired == 0 {
        #expect(next > now)
        now = next
        wakes += 1
        var due: [Int] = []
        wheel.collectDue(now: now, into: &due)
        if due == [3] { fired = now }
      }
      #expect(fired >= deadline && fired <= deadline + 64 * Self.millisecond)
      #expect(wakes <= 2 + Int(milliseconds / 32_000))
      #expect(wheel.nextExpiry == nil)
    }
  }

  @Test("moves a deadline later and earlier")
  func moves() {
    var wheel = TimerWheel(now: 0)
    wheel.set(0, deadline: 100 * Self.millisecond, now: 0)
    wheel.set(0, deadline: 5000 * Self.millisecond, now: 0)
    wheel.set(1, deadline: 5000 * Self.millisecond, now: 0)
    wheel.set(1, deadline: 100 * Self.millisecond, now: 0)
    #expect(wheel.deadline(0) == 5000 * Self.millisecond && wheel.deadline(1) == 100 * Self.millisecond)
    let found = firings(&wheel, from: 0, until: 6000 * Self.millisecond, step: Self.millisecond)
    #expect(found.map(\.index) == [1, 0])
    #expect(found[0].time >= 100 * Self.millisecond && found[0].time <= 164 * Self.millisecond)
    #expect(found[1].time >= 5000 * Self.millisecond && found[1].time <= 5064 * Self.millisecond)
  }

  @Test("does not report what was set to wait for nothing")
  func never() {
    var wheel = TimerWheel(now: 0)
    wheel.set(0, deadline: 50 * Self.millisecond, now: 0)
    wheel.set(0, deadline: TimerWheel.never, now: 0)
    #expect(wheel.deadline(0) == TimerWheel.never)
    #expect(firings(&wheel, from: 0, until: 1000 * Self.millisecond, step: Self.millisecond).isEmpty)
    #expect(wheel.nextExpiry == nil)
    #expect(wheel.deadline(99) == TimerWheel.never)
  }

  @Test("an entry can be set again after it was reported, and from a stopped wheel")
  func again() {
    var wheel = TimerWheel(now: 0)
    for round: UInt64 in 0..<5 {
      let now = round * 100_000 * Self.millisecond
      let deadline = now + 10 * Self.millisecond
      wheel.set(2, deadline: deadline, now: now)
      let found = firings(&wheel, from: now, until: now + 100 * Self.millisecond, step: Self.millisecond)
      #expect(found.map(\.index) == [2])
      #expect(wheel.deadline(2) == TimerWheel.never)
    }
  }

  @Test("a deadline in the past is due within 64 ms")
  func past() {
    let now = 1_000_000 * Self.millisecond
    var wheel = TimerWheel(now: now)
    wheel.set(0, deadline: 5, now: now)
    let found = firings(&wheel, from: now, until: now + 200 * Self.millisecond, step: Self.millisecond)
    #expect(found.first.map { $0.time <= now + 64 * Self.millisecond } == true)
  }

  @Test("reports everything after a long sleep, once")
  func sleep() {
    var wheel = TimerWheel(now: 0)
    for index in 0..<2000 { wheel.set(index, deadline: UInt64(index) * 50 * Self.millisecond, now: 0) }
    var due: [Int] = []
    wheel.collectDue(now: 200_000 * Self.millisecond, into: &due)
    #expect(due.sorted() == Array(0..<2000))
    #expect(wheel.nextExpiry == nil)
  }

  @Test("nextExpiry is when the earliest entry is due, wherever on the wheel it stands")
  func nextExpiry() {
    for position: UInt64 in [0, 1, 62, 63, 64, 65, 127, 128, 1000, 1022, 1023, 1024, 5000] {
      for ahead: UInt64 in [1, 2, 62, 63, 64, 65, 500, 1000, 1022, 1023] {
        let now = position * Self.slot
        var wheel = TimerWheel(now: now)
        wheel.set(0, deadline: now + ahead * Self.slot, now: now)
        #expect(wheel.nextExpiry == now + (ahead + 1) * Self.slot, "\(position) + \(ahead)")
      }
    }
  }
}
