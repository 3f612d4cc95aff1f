import ArgumentParser
import Ledger
import Settings
import System

/// The command line.
@main
struct FalProxy: ParsableCommand {
  static let version = "0.1.0"
  /// What this binary was built with; parts that need further packages of the system are in it where those were there.
  static let parts = ["relay", "sandbox", "studio"] + (LedgerStore.hasSQLite ? ["sqlite"] : [])

  static let configuration = CommandConfiguration(
    commandName: "fal-proxy",
    abstract: "The server-side proxy for fal.ai: browsers and apps call it, the FAL_KEY stays here.",
    discussion: """
      The key comes from FAL_KEY, from FAL_KEY_ID and FAL_KEY_SECRET, or from the file FAL_KEY_FILE names.
      Every setting of the configuration file has an environment variable: allowed_endpoints is
      FAL_PROXY_ALLOWED_ENDPOINTS. 'fal-proxy settings' lists them all.
      """,
    version: "\(version)\nparts: \(parts.joined(separator: ", "))",
    subcommands: [
      Serve.self, Check.self, HealthCheck.self, MintToken.self, PrintSettings.self, PrintJob.self,
      PrintUsage.self, LedgerCommand.self,
    ],
    defaultSubcommand: Serve.self)

  /// Runs the command that the arguments name; a wrong word ends it with what was likely meant.
  static func main() {
    ProcessLimits.fillStandardStreams()
    Signals.hold()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      if exitCode(for: error) == .validationFailure,
        let hint = CommandLineHint.text(
          for: Array(CommandLine.arguments.dropFirst()),
          commands: ["serve", "check", "healthcheck", "token", "settings", "job", "usage", "ledger", "help"],
          options: ["config", "connect", "sandbox", "markdown", "group", "by", "since", "format", "help", "version"])
      {
        StartUp.report("fal-proxy: \(hint)")
      }
      exit(withError: error)
    }
  }
}

/// What both commands need.
struct ConfigurationOptions: ParsableArguments {
  @Option(name: .long, help: "The YAML configuration file; FAL_PROXY_CONFIG names one too.")
  var config: String?
}
