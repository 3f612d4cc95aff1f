import ArgumentParser
import Relay
import Settings

/// `fal-proxy settings`: which settings there are. It reads no configuration.
struct PrintSettings: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "settings", abstract: "Print all settings with their defaults.")

  @Flag(help: "Print what each does, its unit, range, default and variable, as Markdown.")
  var markdown = false

  func run() {
    if markdown {
      print(Settings.document + FixedLimits.document, terminator: "")
    } else {
      for line in Settings().listing { print(line) }
    }
  }
}
