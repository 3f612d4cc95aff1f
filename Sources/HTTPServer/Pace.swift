/// Whether a client that is waited for moves bytes fast enough: one that drips them holds a connection to fal, and memory, for as
/// long as it likes. A value, told the time.
struct Pace {
  /// The least that must move in a time of waiting, and over how long it is measured.
  struct Limit: Equatable {
    /// Bytes a second; 0 for none.
    var rate: UInt64
    /// Nanoseconds.
    var window: UInt64
  }

  private var start: UInt64?
  private var moved: UInt64 = 0

  /// The client is waited for no more: what happens meanwhile is not its fault, and the next wait is measured anew.
  mutating func pause() { start = nil }

  /// Notes that it is waited for.
  /// - Parameters:
  ///   - moved: bytes that have moved so far, of all.
  ///   - now: monotonic nanoseconds.
  /// - Returns: false when a whole window has passed in which it was too slow.
  mutating func isKept(_ moved: UInt64, now: UInt64, _ limit: Limit) -> Bool {
    guard let start, now &- start < limit.window else {
      defer {
        start = now
        self.moved = moved
      }
      guard let start else { return true }
      // Of the time that has passed, however long it was until it was looked at.
      let (due, isBeyond) = limit.rate.multipliedReportingOverflow(by: (now &- start) / 1_000_000)
      return !isBeyond && moved &- self.moved >= due / 1000
    }
    return true
  }
}
