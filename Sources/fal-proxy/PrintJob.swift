import ArgumentParser
import Relay
import Settings

/// `fal-proxy job SEALED-ID`: what fal calls a job.
struct PrintJob: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "job", abstract: "Print fal's own id of the job that a sealed id stands for.")

  @OptionGroup var options: ConfigurationOptions
  @Flag(help: "Open it as 'serve --sandbox' seals, which needs no key.")
  var sandbox = false
  @Argument(help: "The id as a client has it.")
  var sealedID: String

  func run() throws {
    let started = try StartUp.load(config: options.config, sandbox: sandbox)
    let ids = started.configuration.jobs(sealedAs: sealedID)
    guard !ids.isEmpty else {
      StartUp.report("fal-proxy: this is no id that was sealed with the secrets in force")
      throw ExitCode(1)
    }
    StartUp.report("fal-proxy: not verified: whose the job is and of which app, only its own requests show")
    ids.forEach { print($0) }
  }
}
