import ArgumentParser
import Dispatch
import Glibc
import Settings
import System
import Transport

/// `fal-proxy serve`: the proxy, until a signal ends it.
struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Serve the proxy (the default).")

  @OptionGroup var options: ConfigurationOptions
  @Flag(help: "Run against an embedded fal on loopback: no key, no network.")
  var sandbox = false

  func run() throws {
    ProcessLimits.harden(returningBlocksFrom: BufferPool.largeSize)
    let started = try StartUp.load(config: options.config, sandbox: sandbox)
    // Before Dispatch opens any.
    if let shortage = started.shortage {
      StartUp.report("fal-proxy: cannot start: \(shortage)")
      throw ExitCode(1)
    }
    let useSandbox = sandbox
    let signals = Shutdown.arrivals()
    Signals.answerWishes()
    Task {
      do {
        let runtime = try await ProxyRuntime.start(started, sandbox: useSandbox)
        TokensWatch.start(started.configuration, runtime)
        await Shutdown.wait(for: runtime, signals, started.settings)
        // The loops still run: nothing of theirs may be torn down under them.
        Glibc._exit(0)
      } catch {
        StartUp.report("fal-proxy: cannot start: \(error)")
        // Not exit: another thread may be inside OpenSSL, whose clean-up would run under it.
        Glibc._exit(1)
      }
    }
    dispatchMain()
  }
}
