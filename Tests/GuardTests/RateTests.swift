import Guard
import TestSupport
import Testing

@Suite("Rate: so many in a window, exactly")
struct RateTests {
  private static let second: UInt64 = 1_000_000_000

  private func admits(_ rate: Rate, _ state: inout Rate.State, at now: UInt64) -> Bool {
    guard rate.wait(state, now: now) == 0 else { return false }
    rate.take(&state, now: now)
    return true
  }

  @Test("a burst at once, then one by one as time brings them")
  func burst() {
    let rate = Rate(3, per: 60 * RateTests.second)
    var state = Rate.State()
    let start = 7 * RateTests.second
    #expect((0..<5).count { _ in admits(rate, &state, at: start) } == 3)
    #expect(rate.wait(state, now: start) == 20 * RateTests.second)
    #expect(rate.used(state, now: start) == 3 && rate.reset(state, now: start) == 60 * RateTests.second)
    #expect(!admits(rate, &state, at: start + 20 * RateTests.second - 1))
    #expect(admits(rate, &state, at: start + 20 * RateTests.second))
    #expect(rate.wait(state, now: start + 20 * RateTests.second) == 20 * RateTests.second)
    #expect(rate.used(state, now: start + 80 * RateTests.second) == 0)
  }

  @Test("how long to wait is what it takes, to the nanosecond, also where a window does not divide evenly")
  func waits() {
    for count: UInt64 in [1, 3, 7, 30, 999_999] {
      for window: UInt64 in [1, 10, 1_000_000_007, 60 * RateTests.second] {
        for burst: UInt64 in [1, 2, 100] {
          let rate = Rate(count, per: window, burst: burst)
          var (state, now) = (Rate.State(), RateTests.second)
          for _ in 0..<300 {
            let wait = rate.wait(state, now: now)
            if wait > 0 {
              #expect(rate.wait(state, now: now + wait - 1) > 0 && rate.wait(state, now: now + wait) == 0)
              now += wait
            }
            rate.take(&state, now: now)
            #expect(rate.used(state, now: now) <= burst)
          }
        }
      }
    }
  }

  @Test("in any span no more than burst + count × t ÷ window, over random schedules", arguments: 0..<60)
  func bound(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    let count = UInt64.random(in: 1...20, using: &random)
    let window = UInt64.random(in: 1...5_000, using: &random)
    let burst = UInt64.random(in: 1...12, using: &random)
    let rate = Rate(count, per: window, burst: burst)
    var (state, now, admitted): (Rate.State, UInt64, [UInt64]) = (Rate.State(), 1, [])
    for _ in 0..<400 {
      // Often no time passes at all.
      now += Bool.random(using: &random) ? 0 : UInt64.random(in: 0...(2 * window / count + 2), using: &random)
      if admits(rate, &state, at: now) { admitted.append(now) }
    }
    for first in admitted.indices {
      for last in first..<admitted.count {
        let span = admitted[last] - admitted[first]
        #expect(UInt64(last - first + 1) * window <= burst * window + count * span)
      }
    }
  }

  @Test("whoever keeps to it is never refused, and whoever floods still gets all of it", arguments: 0..<40)
  func noStarvation(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed) ^ 0xABCD)
    let count = UInt64.random(in: 1...50, using: &random)
    let window = UInt64.random(in: count...100_000, using: &random)
    let burst = UInt64.random(in: 1...20, using: &random)
    let rate = Rate(count, per: window, burst: burst)
    // A conforming schedule by construction: a bucket counted in whole parts, asked only when it holds one.
    var (state, now, tokens) = (Rate.State(), UInt64(1), burst * window)
    for _ in 0..<500 {
      let step = UInt64.random(in: 0...(2 * window / count), using: &random)
      now += step
      tokens = min(burst * window, tokens + step * count)
      guard tokens >= window else { continue }
      tokens -= window
      let isAdmitted = admits(rate, &state, at: now)
      #expect(isAdmitted)
    }
    // A flood: refused calls take nothing.
    var (flood, admitted) = (Rate.State(), UInt64(0))
    let end = 1 + 3 * window
    var time: UInt64 = 1
    while time <= end {
      if admits(rate, &flood, at: time) { admitted += 1 }
      let wait = rate.wait(flood, now: time)
      _ = admits(rate, &flood, at: time)
      time += max(1, min(wait, window / count / 3 + 1))
    }
    #expect(admitted >= burst + 3 * count - 3 || admitted >= 3 * count)
  }

  @Test("time that stands still or runs back gives nothing away")
  func clock() {
    let rate = Rate(10, per: RateTests.second)
    var state = Rate.State()
    #expect((0..<50).count { _ in admits(rate, &state, at: 5 * RateTests.second) } == 10)
    #expect(!admits(rate, &state, at: 4 * RateTests.second))
    #expect(admits(rate, &state, at: 5 * RateTests.second + RateTests.second / 10))
  }

  @Test("the largest numbers do not overflow")
  func extremes() {
    let day = 24 * 3600 * RateTests.second
    for rate in [
      Rate(1, per: day, burst: 100_000), Rate(1 << 40, per: RateTests.second), Rate(1, per: .max, burst: .max),
      Rate(.max, per: 1), Rate(.max, per: .max, burst: .max),
    ] {
      var state = Rate.State()
      for now in [0, 1, day, 1 << 60] {
        _ = admits(rate, &state, at: now)
        rate.take(.max, &state, now: now)
        _ = rate.wait(state, now: now)
        #expect(rate.used(state, now: now) <= rate.burst)
        _ = rate.reset(state, now: now)
      }
    }
  }

  @Test("an amount may exceed what is left: it is owed, and paid off at the rate")
  func amounts() {
    let rate = Rate(1000, per: RateTests.second)
    var state = Rate.State()
    rate.take(5000, &state, now: RateTests.second)
    #expect(rate.used(state, now: RateTests.second) == 1000)
    #expect(rate.wait(state, now: RateTests.second) == 4 * RateTests.second + RateTests.second / 1000)
    #expect(rate.reset(state, now: RateTests.second) == 5 * RateTests.second)
  }
}
