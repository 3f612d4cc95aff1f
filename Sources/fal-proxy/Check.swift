import ArgumentParser
import Dispatch
import Glibc
import Relay
import Settings

/// `fal-proxy check`: reads the configuration as `serve` would, reports every fault, and listens to nothing.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the configuration and the key, and print the settings in force, as a file.")

  @OptionGroup var options: ConfigurationOptions
  @Flag(help: "Check for a start with --sandbox, which needs no key.")
  var sandbox = false
  @Flag(help: "Also connect to each fal host, without a request, and say how it went.")
  var connect = false

  func validate() throws {
    if connect, sandbox { throw ValidationError("--connect has no fal host to connect to with --sandbox") }
  }

  func run() throws {
    let started = try StartUp.load(config: options.config, sandbox: sandbox)
    for warning in started.warnings { StartUp.report("fal-proxy: warning: \(warning)") }
    for line in started.file { print(line) }
    if let shortage = started.shortage {
      StartUp.report("fal-proxy: it could not start here: \(shortage)")
      throw ExitCode(1)
    }
    guard connect else { return }
    fflush(nil)
    Task {
      do {
        Glibc._exit(try await Reach.check(started) ? 0 : 1)
      } catch {
        StartUp.report("fal-proxy: cannot connect: \(error)")
        Glibc._exit(1)
      }
    }
    dispatchMain()
  }
}
