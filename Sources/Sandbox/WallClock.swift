internal import System
internal import Text

/// The time of day, for ids and log lines. Everything that waits uses the monotonic time of the loop.
enum WallClock {
  /// Milliseconds since 1970.
  static func milliseconds() -> UInt64 {
    let time = SystemClock.sinceEpoch()
    return UInt64(time.seconds) * 1000 + UInt64(time.nanoseconds / 1_000_000)
  }

  /// As fal writes the time in logs: "2024-12-20T15:37:17.120000", UTC without saying so (protocol.md §3.5).
  static func text(milliseconds: UInt64) -> String {
    let time = CivilTime(seconds: Int64(milliseconds / 1000), milliseconds: Int(milliseconds % 1000))
    var text = time.dateAndClock
    text.append(UInt8(ascii: "."))
    text.append(decimal: UInt64(time.milliseconds), width: 3)
    text.append("000")
    return String(decoding: text, as: UTF8.self)
  }
}
