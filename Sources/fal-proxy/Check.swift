import ArgumentParser
import Relay
import Settings

/// `fal-proxy check`: reads the configuration as `serve` would, reports every fault, and listens to nothing.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the configuration and the key, and print the settings in force, as a file.")

  @OptionGroup var options: ConfigurationOptions
  @Flag(help: "Check for a start with --sandbox, which needs no key.")
  var sandbox = false

  func run() throws {
    let started = try StartUp.load(config: options.config, sandbox: sandbox)
    for warning in started.warnings { StartUp.report("fal-proxy: warning: \(warning)") }
    for line in started.file { print(line) }
    guard let shortage = started.shortage else { return }
    StartUp.report("fal-proxy: it could not start here: \(shortage)")
    throw ExitCode(1)
  }
}
