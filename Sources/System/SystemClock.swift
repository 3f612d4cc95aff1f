internal import Glibc

/// The clocks of the system.
public enum SystemClock {
  /// Monotonic time in nanoseconds.
  public static func monotonicNanoseconds() -> UInt64 {
    let time = read(CLOCK_MONOTONIC)
    return UInt64(time.seconds) * 1_000_000_000 + UInt64(time.nanoseconds)
  }

  /// The time since 1970 in UTC.
  public static func sinceEpoch() -> (seconds: Int64, nanoseconds: Int64) { read(CLOCK_REALTIME) }

  @inline(__always)
  private static func read(_ clock: clockid_t) -> (seconds: Int64, nanoseconds: Int64) {
    var time = timespec()
    clock_gettime(clock, &time)
    return (Int64(time.tv_sec), Int64(time.tv_nsec))
  }
}
