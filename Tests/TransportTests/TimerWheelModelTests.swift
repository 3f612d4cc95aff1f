import TestSupport
import Testing
import Transport

@Suite("Timer wheel against a list of deadlines")
struct TimerWheelModelTests {
  private static let lateness: UInt64 = 64_000_000

  /// One delay of the kinds that connections use, in nanoseconds.
  private func delay(_ random: inout SplitMix64) -> UInt64 {
    switch Int.random(in: 0...5, using: &random) {
    case 0: UInt64.random(in: 0...100_000_000, using: &random)
    case 1: UInt64.random(in: 32_000_000_000...33_500_000_000, using: &random)
    case 2: UInt64.random(in: 33_000_000_000...700_000_000_000, using: &random)
    default: UInt64.random(in: 0...10_000_000_000, using: &random)
    }
  }

  @Test(
    "agrees with it under random operations: nothing early, late by more than 64 ms, lost or twice",
    arguments: 0..<6 as Range<UInt64>)
  func model(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var now = UInt64.random(in: 0...1_000_000_000_000, using: &random)
    var wheel = TimerWheel(now: now)
    var deadlines = [UInt64](repeating: TimerWheel.never, count: 200)
    var faults: [String] = []
    for step in 0..<4000 {
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        let index = Int.random(in: 0..<deadlines.count, using: &random)
        let isCancelled = Int.random(in: 0...4, using: &random) == 0
        deadlines[index] = isCancelled ? TimerWheel.never : now + delay(&random)
        wheel.set(index, deadline: deadlines[index], now: now)
      }
      now += UInt64.random(in: 0...60_000_000, using: &random)
      var due: [Int] = []
      wheel.collectDue(now: now, into: &due)
      for index in due {
        if deadlines[index] > now { faults.append("step \(step): \(index) early") }
        deadlines[index] = TimerWheel.never
      }
      for (index, deadline) in deadlines.enumerated() {
        if wheel.deadline(index) != deadline { faults.append("step \(step): \(index) differs") }
        // The clock moves by up to 60 ms at a time, which adds nothing: a whole wake-up lies in between.
        if deadline != TimerWheel.never, now > deadline, now - deadline > Self.lateness {
          faults.append("step \(step): \(index) late")
        }
      }
      let earliest = deadlines.min() ?? TimerWheel.never
      if earliest != TimerWheel.never {
        guard let next = wheel.nextExpiry else {
          faults.append("step \(step): no wake-up")
          break
        }
        if next > max(earliest, now) + Self.lateness { faults.append("step \(step): wake-up late") }
      }
      if !faults.isEmpty { break }
    }
    #expect(faults == [])
  }

  @Test("holds ten thousand entries that all move with each request")
  func many() {
    var random = SplitMix64(seed: 42)
    var now: UInt64 = 0
    var wheel = TimerWheel(now: now)
    for round in 0..<20 {
      for index in 0..<10_000 { wheel.set(index, deadline: now + 75_000_000_000, now: now) }
      now += UInt64.random(in: 0...2_000_000_000, using: &random)
      var due: [Int] = []
      wheel.collectDue(now: now, into: &due)
      #expect(due.isEmpty, "round \(round)")
    }
    var due: [Int] = []
    wheel.collectDue(now: now + 76_000_000_000, into: &due)
    #expect(due.sorted() == Array(0..<10_000))
  }
}
