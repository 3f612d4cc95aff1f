import ArgumentParser
import Dispatch
import Glibc
import Ledger
import Relay
import Settings
import Studio
import System
import Transport

/// What both commands do first: everything that can be wrong is found and reported before anything listens.
enum StartUp {
  /// Exit code of a process whose configuration is wrong (EX_CONFIG of sysexits.h).
  static let configurationFault: Int32 = 78

  struct Loaded {
    var settings: Settings
    var configuration: Generation
    private var loaded: LoadedSettings
    private let key: SecretBytes
    let isSandboxed: Bool
    /// How many files may be open; 0 where nobody knows.
    private let descriptors = ProcessLimits.raiseDescriptorLimit()

    init(
      settings: Settings, configuration: Generation, loaded: LoadedSettings, key: SecretBytes, isSandboxed: Bool
    ) {
      self.settings = settings
      self.configuration = configuration
      self.loaded = loaded
      self.key = key
      self.isSandboxed = isSandboxed
    }

    /// The settings in force as a file.
    var file: [String] { loaded.file }

    /// Opens the ledger where one is needed; it says on standard error when it cannot be written.
    func ledger() throws(LedgerFault) -> (any Ledger)? {
      guard configuration.counts, let store = LedgerStore(loaded.ledger) else { return nil }
      return try store.open { StartUp.reportLater("fal-proxy: \($0)") }
    }

    /// Why nothing could be served, in a sentence; nil when it can.
    var shortage: String? {
      let needed = ProxyRuntime.descriptorsNeeded(settings)
      guard descriptors > 0, descriptors < needed else { return nil }
      return
        "the system allows \(descriptors) open files, and at least \(needed) are needed; raise the limit (ulimit -n, "
        + "LimitNOFILE, --ulimit nofile)"
    }

    /// What is allowed and yet likely not meant; one line each.
    var warnings: [String] {
      var lines = loaded.warnings
      if descriptors > 0, descriptors < 2 * settings.limits.connections {
        lines.append(
          "the system allows \(descriptors) open files, fewer than two for each of limits.connections "
            + "(\(settings.limits.connections)); clients beyond that will wait")
      }
      // Of the others, none is true where nothing reaches fal.
      if isSandboxed { return lines }
      lines += Generation.warnings(settings) + configuration.tokenWarnings
      for host in settings.originOverrides.keys.sorted() where !configuration.hosts.contains(host) {
        lines.append("origin_overrides names \(host), but no entry of allowed_urls begins with it: nothing goes there")
      }
      if !settings.auth.asksForTokens, !listensOnLoopback {
        lines.append(
          "no end-user authentication is set (auth.tokens, auth.tokens_file, auth.jwt): whoever reaches this address can spend on the "
            + "allowed endpoints")
      }
      if studio != nil, !settings.auth.asksForTokens, !listensOnLoopback {
        lines.append(
          "studio: whoever opens the page at / spends on the allowed endpoints; set auth.tokens or auth.tokens_file")
      }
      let drainKeys = ["drain_timeout", "upstream.first_byte_run"]
      if settings.drainTimeout < settings.upstream.firstByteRun,
        drainKeys.contains(where: { loaded.sources[$0] != nil })
      {
        lines.append(
          "drain_timeout is shorter than upstream.first_byte_run: a run that takes longer is cut at a shutdown and "
            + "answered 500, though fal may finish and bill it")
      }
      return lines
    }

    private var listensOnLoopback: Bool {
      SocketAddress(literal: settings.host, port: settings.port).map(AddressPolicy.loopback.admits) ?? false
    }

    /// `error` of opening the listening sockets, as a sentence that names the setting where it is about the address.
    func explained(_ error: SystemError) -> any Error {
      guard ["socket", "bind", "listen"].contains(error.call.description), !error.isDescriptorExhaustion else {
        return error
      }
      return RuntimeError(description: loaded.cannotListen(error.code, reason: error.reason))
    }

    /// The same configuration with every fal host at another origin.
    func redirected(to origin: String) -> Generation? {
      guard let override = OriginOverride(origin) else { return nil }
      var loaded = loaded
      let overrides = Dictionary(uniqueKeysWithValues: configuration.hosts.map { ($0, override) })
      return Generation(&loaded, key: key, version: FalProxy.version, overrides: overrides)
    }
  }

  /// The settings alone.
  static func settings(config: String?) throws -> Settings {
    let loaded = SettingsLoader.load(configPath: config, environment: Environment(), keyRequired: false)
    guard case .success((let settings, _)) = loaded.result else { throw refused(loaded) }
    return settings
  }

  /// Where what is spent is kept by the same settings, and the zone in which its days are counted.
  static func ledger(config: String?) throws -> (store: LedgerStore, zone: String) {
    let loaded = SettingsLoader.load(configPath: config, environment: Environment(), keyRequired: false)
    guard case .success((let settings, _)) = loaded.result, let store = LedgerStore(loaded.ledger) else {
      throw refused(loaded)
    }
    return (store, settings.budget.timezone)
  }

  private static func refused(_ loaded: LoadedSettings) -> ExitCode {
    report("fal-proxy: the configuration has faults:")
    for fault in loaded.faults.all { report("  \(fault)") }
    return ExitCode(configurationFault)
  }

  /// Loads and compiles the configuration, then takes the secrets out of the environment.
  static func load(config: String?, sandbox: Bool) throws -> Loaded {
    var loaded = SettingsLoader.load(
      configPath: config, environment: Environment(), keyRequired: !sandbox, isSandboxed: sandbox)
    if !sandbox { TrustedCertificates.check(Environment(), standard: TLSContext.standardPlaces, &loaded) }
    // The sandbox must never see a real key, not even over loopback.
    let key = sandbox ? nil : loaded.falKey
    let used = key ?? placeholderKey()
    let configuration = Generation(&loaded, key: used, version: FalProxy.version)
    if loaded.settings.studio, !sandbox, !Studio.hasRoom(beside: loaded.settings.path) {
      loaded.reject(
        "studio", "path stands where the page does, at / or below /studio/; choose another path, such as /api/fal/proxy"
      )
    }
    Environment.scrub()
    guard let configuration, loaded.faults.isEmpty, case .success((let settings, _)) = loaded.result else {
      throw refused(loaded)
    }
    return Loaded(
      settings: settings, configuration: configuration, loaded: loaded, key: used, isSandboxed: sandbox)
  }

  private static func placeholderKey() -> SecretBytes {
    Array("sandbox:sandbox".utf8).withUnsafeBytes { SecretBytes(copying: $0) }
  }

  private static let reports = DispatchQueue(label: "fal-proxy.reports", qos: .utility)

  /// Writes a line for the operator without making the caller wait for whoever reads it.
  @Sendable static func reportLater(_ line: String) { reports.async { report(line) } }

  /// Milliseconds for which a line waits for room where standard error is non-blocking.
  private static let reportPatience: Int32 = 1000

  /// Writes a line for the operator; standard output carries the access log alone.
  static func report(_ line: String) {
    // Whoever reads it may have gone, or read nothing: then the line is lost, and nothing else.
    Array((line + "\n").utf8).withUnsafeBytes { bytes in try? Syscalls.writeAll(2, bytes, patience: reportPatience) }
  }
}
