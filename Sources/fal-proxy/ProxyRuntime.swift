import Glibc
import Guard
import HTTPServer
import Ledger
import Observability
import Relay
import Sandbox
import Settings
import Studio
import System
import Transport
import Upstream

/// The event loops of the process and what they share.
struct ProxyRuntime: Sendable {
  private let loops: [LoopActor]
  private let sandbox: EmbeddedSandbox?
  let gate: ConnectionGate
  private let log: LogWriter
  private let ledger: (any Ledger)?

  /// The most loops a process starts by itself: the range of `event_loops`.
  private static let loopLimit = 64

  static func loopCount(_ settings: Settings) -> Int {
    settings.eventLoops > 0 ? settings.eventLoops : min(ProcessLimits.processors, loopLimit)
  }

  /// Open files without which nothing can be served: each loop has a poller, a waker and a listening socket; the rest is for
  /// Dispatch, which ends the process when it gets none, the streams of the process and a few connections.
  static func descriptorsNeeded(_ settings: Settings) -> Int { 32 + 3 * (loopCount(settings) + 1) }

  /// The limit on all buffers where neither the settings nor the cgroup say one.
  private static let standardMemory = 1 << 30

  private static func memoryBudget(_ settings: Settings) -> MemoryBudget {
    let stated = settings.limits.memory
    let limit = stated > 0 ? stated : CgroupMemory.limit().map { max($0 / 2, 16 << 20) } ?? standardMemory
    return MemoryBudget(limit: limit) {
      StartUp.reportLater(
        "fal-proxy: warning: buffers near limits.memory (\(limit >> 20) MiB): until that is over, new connections are served "
          + "health routes only, and clients that do not read, or send unfinished heads, are given up; this is said once"
      )
    }
  }

  /// Starts one loop per processor, or as many as `event_loops` says, all on one address.
  static func start(_ started: StartUp.Loaded, sandbox: Bool) async throws -> ProxyRuntime {
    let settings = started.settings
    var configuration = started.configuration
    let tls = TLSContext()
    let embedded = sandbox ? try await startSandbox(settings, tls) : nil
    if let url = embedded?.place.ownURL {
      configuration = started.redirected(to: url) ?? configuration
      StartUp.report(SandboxGuide.reach(settings, at: url))
    }
    let count = loopCount(settings)
    let gate = Generation.connectionGate(settings)
    let log = LogWriter(descriptor: 1, limit: settings.limits.logBuffer) { StartUp.report("fal-proxy: \($0)") }
    let format: AccessLog.Format = settings.logFormat == .json ? .json : .text
    guard var address = SocketAddress(literal: settings.host, port: settings.port) else {
      throw RuntimeError(description: "host is not an address")
    }
    do throws(SystemError) {
      try Listener.assertFree(address)
    } catch {
      throw started.explained(error)
    }
    let ledger = try started.ledger()
    var loops: [LoopActor] = []
    let keySources = configuration.keySources
    let shared = LoopServices.Shared(
      generation: configuration, gate: gate, memory: memoryBudget(settings), tlsContext: tls,
      keyVerdicts: KeyVerdicts(report: StartUp.reportLater),
      forwardingNotices: ForwardingNotices(report: StartUp.reportLater), ledger: ledger, keySources: keySources)
    let studio = started.studio
    for index in 0..<count {
      let loop = try LoopActor(label: "fal-proxy.loop.\(index)")
      let wanted = address
      do throws(SystemError) {
        address = try await loop.run { loop throws(SystemError) in
          try LoopServices.start(on: loop, address: wanted, shared, log: AccessLog(format: format, writer: log)) {
            embedded?.addRoutes(to: $0, below: settings.path)
            studio?.addRoutes(to: $0)
          }
        }
      } catch {
        throw started.explained(error)
      }
      loops.append(loop)
    }
    let runtime = ProxyRuntime(loops: loops, sandbox: embedded, gate: gate, log: log, ledger: ledger)
    if let keySources {
      await keySources.start(
        KeySources.Surroundings(
          client: await Fetch(on: loops[0], tlsContext: tls), publish: { await runtime.adopt($0) },
          report: StartUp.reportLater))
    }
    for loop in loops { await loop.start() }
    try tls.waitUntilLoaded()
    ProcessLimits.forgetStartUpCode()
    StartUp.report("fal-proxy \(FalProxy.version) listening on http://\(address)\(settings.path)")
    if let notice = started.studioNotice(address: "\(address)") { StartUp.report(notice) }
    for warning in started.warnings { StartUp.report("fal-proxy: warning: \(warning)") }
    if sandbox { SandboxGuide.examples(started, address: "\(address)").forEach(StartUp.report) }
    if let ledger, let first = loops.first {
      LedgerCare.start(ledger, await Fetch(on: first, tlsContext: tls), configuration, settings)
    }
    return runtime
  }

  /// The sandbox, which has a loop of its own; its files are served by the loops of the proxy.
  private struct EmbeddedSandbox: Sendable {
    let loop: LoopActor
    let place: SandboxPlace
    let files: FileStore
    let keys: SandboxKeys

    func addRoutes(to router: Router, below path: String) {
      let service = LocalService(SandboxFiles(place, files: files, keys: keys))
      router.add(SandboxPlace.keysPath, "sandbox", service)
      for prefix in SandboxPlace.prefixes(below: path) { router.add(prefix: prefix, "sandbox", service) }
    }
  }

  private static func startSandbox(_ settings: Settings, _ tls: TLSContext) async throws -> EmbeddedSandbox {
    let loop = try LoopActor(label: "fal-proxy.sandbox")
    var options = Generation.serverOptions(settings)
    options.logged = .none
    let used = options
    guard let address = SocketAddress(literal: "127.0.0.1", port: 0) else {
      throw RuntimeError(description: "no loopback address")
    }
    var sandboxOptions = SandboxOptions()
    sandboxOptions.runners = settings.sandbox.runners
    sandboxOptions.speed = settings.sandbox.speed
    sandboxOptions.imageSideLimit = settings.sandbox.imageSide
    sandboxOptions.whiteChanges = settings.sandbox.map == .whiteChanges
    sandboxOptions.standIns = settings.allowedEndpoints.filter { !$0.utf8.contains { "*?".utf8.contains($0) } }
    sandboxOptions.report = { StartUp.reportLater("fal-proxy: \($0)") }
    let behaviour = sandboxOptions
    guard let keys = SandboxKeys() else { throw RuntimeError(description: "the system gives no random bytes") }
    let files = FileStore(behaviour)
    let place = try await loop.run { loop throws(SystemError) in
      let server = Server(on: loop, options: used, gate: ConnectionGate(limit: 100_000), log: nil)
      loop.attachment = server
      func place(_ bound: SocketAddress) -> SandboxPlace {
        SandboxPlace(ownURL: "http://\(bound)", path: settings.path)
      }
      return place(
        try server.listen(on: address) { bound in
          LocalService(
            SandboxApplication(
              loop: loop, place: place(bound), files: files, keys: keys, tlsContext: tls, options: behaviour))
        })
    }
    await loop.start()
    return EmbeddedSandbox(loop: loop, place: place, files: files, keys: keys)
  }

  func adopt(_ tokens: TokenList) async { await onEveryLoop { $0.adopt(tokens) } }

  func adopt(_ jwt: JWTVerifier) async { await onEveryLoop { $0.adopt(jwt) } }

  func beginDraining() async { await onEveryLoop { $0.beginDraining() } }

  func stopListening() async { await onEveryLoop { $0.stopListening() } }

  /// Writes every log line there is, waiting a second at most.
  func flushLog() async {
    await onEveryLoop { $0.flushLog() }
    log.drain(milliseconds: 1000)
  }

  /// Waits until everything that became known is written, and lets go of the ledger.
  func closeLedger() { ledger?.close() }

  func endAll() async { await onEveryLoop { $0.endAll() } }

  func abortAll() async { await onEveryLoop { $0.abortAll() } }

  private func onEveryLoop(_ body: @escaping @Sendable (LoopServices) -> Void) async {
    for loop in loops {
      await loop.run { loop in
        if let services = LoopServices.of(loop) { body(services) }
      }
    }
  }
}

/// A start-up fault that no system call reports.
struct RuntimeError: Error, CustomStringConvertible {
  let description: String
}
