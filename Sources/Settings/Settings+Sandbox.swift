/// How the embedded fal behaves, with `--sandbox` only.
extension Settings {
  package struct Sandbox: Sendable {
    package var runners = 2
    package var speed = 1.0
    package var map = ChangeMap.blackChanges
    package var imageSide = 4096

    /// Which end of a change map changes.
    package enum ChangeMap: String, Sendable {
      case blackChanges = "black_changes"
      case whiteChanges = "white_changes"
    }
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
    .scalar(
      "sandbox.map", \.sandbox.map,
      """
      Which end of a change map the embedded fal repaints. fal does not say which its model does; the authors of the method, and \
      the libraries that have it, repaint what is black.
      """,
      unit: "word", range: "black_changes or white_changes", parse: { Settings.Sandbox.ChangeMap(rawValue: $0) },
      show: { $0.rawValue }),
    .integer(
      "sandbox.image_side", \.sandbox.imageSide,
      "The longest side, in pixels, of a picture that the embedded fal paints: a larger input is scaled down.",
      16...4096),
  ]
}
