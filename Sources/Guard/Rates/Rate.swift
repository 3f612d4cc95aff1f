/// So many in each window of time, and so many at once (GCRA, the generic cell rate algorithm, ITU-T I.371).
///
/// In any span t at most burst + count × t ÷ window are admitted, and whoever keeps to that is never refused. Time is counted
/// in whole nanoseconds and parts of one, `count` to a nanosecond, so that nothing is ever rounded.
public struct Rate: Sendable, Equatable {
  /// How many a window admits.
  public let count: UInt64
  /// Nanoseconds.
  public let window: UInt64
  /// How many may come at once.
  public let burst: UInt64
  /// The time that one takes.
  private let step: Moment
  /// The time that a burst takes: how far ahead of the present a caller may be.
  private let reach: Moment

  /// A point or a length of time: nanoseconds, and parts of one.
  struct Moment: Sendable, Equatable {
    var nanoseconds: UInt64 = 0
    var parts: UInt64 = 0

    /// More than anybody lives to see, and far enough from the end of the numbers to be added to.
    static let never = Moment(nanoseconds: 1 << 62)

    static func <= (one: Moment, other: Moment) -> Bool {
      one.nanoseconds == other.nanoseconds ? one.parts <= other.parts : one.nanoseconds < other.nanoseconds
    }
  }

  /// What a caller has used: the time at which it owes nothing any more. A fresh one has used nothing.
  public struct State: Sendable, Equatable {
    var paid = Moment()

    /// Nothing used.
    public init() {}
  }

  /// - Parameters:
  ///   - count: at least 1.
  ///   - window: in nanoseconds, at least 1.
  ///   - burst: at least 1; the count where it is left out.
  public init(_ count: UInt64, per window: UInt64, burst: UInt64? = nil) {
    precondition(count > 0 && window > 0 && burst != 0)
    self.count = count
    self.window = window
    self.burst = burst ?? count
    step = Rate.time(of: 1, count, window)
    reach = Rate.time(of: self.burst, count, window)
  }

  private static func time(of amount: UInt64, _ count: UInt64, _ window: UInt64) -> Moment {
    let (whole, parts) = (UInt128(amount) * UInt128(window)).quotientAndRemainder(dividingBy: UInt128(count))
    return whole < 1 << 62 ? Moment(nanoseconds: UInt64(whole), parts: UInt64(parts)) : .never
  }

  /// Nanoseconds until one more is admitted; 0 when it is now.
  @inline(__always)
  public func wait(_ state: State, now: UInt64) -> UInt64 {
    guard state.paid.nanoseconds >= now else { return 0 }
    let due = sum(paid(state, now: now), step)
    let latest = sum(Moment(nanoseconds: now), reach)
    guard !(due <= latest) else { return 0 }
    return due.nanoseconds - latest.nanoseconds + (due.parts > latest.parts ? 1 : 0)
  }

  /// Counts one that was admitted.
  @inline(__always)
  public func take(_ state: inout State, now: UInt64) { state.paid = sum(paid(state, now: now), step) }

  /// Counts `amount`, whether there was so much left or not.
  public func take(_ amount: UInt64, _ state: inout State, now: UInt64) {
    state.paid = sum(paid(state, now: now), Rate.time(of: amount, count, window))
    if !(state.paid <= .never) { state.paid = .never }
  }

  /// How many of a burst are used; no more than that.
  public func used(_ state: State, now: UInt64) -> UInt64 {
    let paid = paid(state, now: now)
    let owed = UInt128(paid.nanoseconds - now) * UInt128(count) + UInt128(paid.parts)
    let (whole, rest) = owed.quotientAndRemainder(dividingBy: UInt128(window))
    return UInt64(min(whole + (rest > 0 ? 1 : 0), UInt128(burst)))
  }

  /// Nanoseconds until all of a burst is there again.
  public func reset(_ state: State, now: UInt64) -> UInt64 {
    let paid = paid(state, now: now)
    return paid.nanoseconds - now + (paid.parts > 0 ? 1 : 0)
  }

  /// The time at which nothing is owed any more, which is never in the past.
  @inline(__always)
  private func paid(_ state: State, now: UInt64) -> Moment {
    if state.paid.nanoseconds < now { return Moment(nanoseconds: now) }
    // A rate that was replaced may have counted in other parts.
    return state.paid.parts < count ? state.paid : Moment(nanoseconds: state.paid.nanoseconds + 1)
  }

  @inline(__always)
  private func sum(_ one: Moment, _ other: Moment) -> Moment {
    var sum = Moment(nanoseconds: one.nanoseconds + other.nanoseconds, parts: one.parts + other.parts)
    if sum.parts >= count {
      sum.parts -= count
      sum.nanoseconds += 1
    }
    return sum
  }
}
