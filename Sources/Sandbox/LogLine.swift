internal import Text

/// A line a job has logged.
struct LogLine: Equatable, Sendable {
  /// When, in milliseconds since 1970.
  var milliseconds: UInt64
  var message: String
  var level = "INFO"

  /// The union of the forms clients expect (protocol.md §3.5).
  var json: JSONValue {
    .object([
      "timestamp": .string(WallClock.text(milliseconds: milliseconds)), "message": .string(message),
      "level": .string(level), "source": "app",
      "labels": .object(["level": .string(level), "source": "app"]),
    ])
  }
}
