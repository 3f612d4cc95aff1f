/// How the embedded fal behaves, with `--sandbox` only.
extension Settings {
  package struct Sandbox: Sendable {
    package var runners = 2
    package var speed = 1.0
  }

  /// The request field that asks the embedded fal for a fault; it is forwarded to nobody else.
  package static let sandboxFaultField = "x-sandbox-fault"

  static let sandboxKeys: [SettingKey<Settings>] = [
    .integer(
      "sandbox.runners", \.sandbox.runners,
      """
      How many jobs of the embedded fal run at once. All others wait, direct runs and streams too, in the order of their \
      priority.
      """, 1...64),
    .decimal(
      "sandbox.speed", \.sandbox.speed,
      """
      How many times faster than by default the embedded fal goes, where a job waits 300 ms in the queue and runs for 1200 ms. \
      What a client sets a time for keeps it.
      """, tenths: 1...10_000),
  ]
}
