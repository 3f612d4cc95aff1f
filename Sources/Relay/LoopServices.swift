package import Guard
package import HTTPServer
package import Ledger
package import Observability
package import System
package import Transport

/// The proxy on one event loop, kept on the loop; the loops' owner drives it from outside.
package final class LoopServices {
  private let server: Server
  private let proxy: ProxyService
  private let notices: ForwardingNotices
  /// Adds what else is served.
  private let addRoutes: (Router) -> Void

  private init(
    _ server: Server, _ proxy: ProxyService, _ notices: ForwardingNotices, _ addRoutes: @escaping (Router) -> Void
  ) {
    self.server = server
    self.proxy = proxy
    self.notices = notices
    self.addRoutes = addRoutes
  }

  /// What all loops have in common.
  package struct Shared: Sendable {
    package let generation: Generation
    package let gate: ConnectionGate
    package let memory: MemoryBudget
    package let tlsContext: TLSContext
    package let keyVerdicts: KeyVerdicts
    package let forwardingNotices: ForwardingNotices
    /// Where it is kept what is spent; nil where nothing is counted.
    package let ledger: (any Ledger)?
    /// Where the keys of JSON Web Tokens come from; nil where none are taken.
    package let keySources: KeySources?
    /// What callers have used of their limits, whatever generation limits them.
    let rates = RateTable()

    package init(
      generation: Generation, gate: ConnectionGate, memory: MemoryBudget, tlsContext: TLSContext,
      keyVerdicts: KeyVerdicts, forwardingNotices: ForwardingNotices, ledger: (any Ledger)? = nil,
      keySources: KeySources? = nil
    ) {
      self.generation = generation
      self.gate = gate
      self.memory = memory
      self.tlsContext = tlsContext
      self.keyVerdicts = keyVerdicts
      self.forwardingNotices = forwardingNotices
      self.ledger = ledger
      self.keySources = keySources
    }
  }

  /// Serves the proxy on `address`.
  /// - Parameter addRoutes: adds what else is served there.
  /// - Returns: the address bound.
  package static func start(
    on loop: EventLoop, address: SocketAddress, _ shared: Shared, log: AccessLog,
    addRoutes: @escaping (Router) -> Void = { _ in }
  ) throws(SystemError) -> SocketAddress {
    loop.buffers.join(shared.memory)
    let server = Server(
      on: loop, options: shared.generation.serverOptions,
      forwarding: TrustedForwarding(shared.generation.callers.clientAddress, shared.forwardingNotices),
      gate: shared.gate, log: log)
    return try server.listen(on: address) { bound in
      let proxy = ProxyService(
        shared.generation, on: loop, at: bound, tlsContext: shared.tlsContext, keyVerdicts: shared.keyVerdicts,
        rates: shared.rates, ledger: shared.ledger, keySources: shared.keySources)
      let services = LoopServices(server, proxy, shared.forwardingNotices, addRoutes)
      loop.attachment = services
      return services.router(for: shared.generation)
    }
  }

  /// Serves requests that come from now on under `generation`, those on open connections too; exchanges that have begun
  /// keep theirs.
  package func adopt(_ generation: Generation) {
    proxy.adopt(generation)
    server.adopt(
      generation.serverOptions, forwarding: TrustedForwarding(generation.callers.clientAddress, notices),
      router(for: generation))
  }

  /// Takes in callers with these tokens from the next request on.
  package func adopt(_ tokens: TokenList) { proxy.adopt(tokens) }

  /// Takes JSON Web Tokens under these keys from the next request on.
  package func adopt(_ jwt: JWTVerifier) { proxy.adopt(jwt) }

  private func router(for generation: Generation) -> Router {
    let path = generation.path
    let router = Router(notFound: .notFound(proxyPath: path)) { [unowned proxy] authority in
      proxy.allows(host: authority) ? nil : .hostNotAllowed
    }
    router.add(path, "proxy", proxy)
    router.add(path.hasSuffix("/") ? "\(path)quota" : "\(path)/quota", "quota", QuotaService(proxy))
    router.add("/healthz", "healthz", HealthService())
    router.add("/readyz", "readyz", HealthService { [unowned server] in !server.isDraining })
    addRoutes(router)
    router.add(
      "/", "about",
      NoticeService(
        "This is fal-proxy: it answers at \(path) to what fal's clients send, with the URL of fal in x-fal-target-url.")
    )
    return router
  }

  /// The services of `loop`.
  package static func of(_ loop: EventLoop) -> LoopServices? { loop.attachment as? LoopServices }

  /// See `Server.beginDraining`.
  package func beginDraining() { server.beginDraining() }

  /// See `Server.stopListening`.
  package func stopListening() {
    server.stopListening()
    proxy.closeIdleUpstreams()
  }

  /// See `Server.flushLog`.
  package func flushLog() { server.flushLog() }

  /// See `Server.endAll`.
  package func endAll() { server.endAll() }

  /// See `Server.abortAll`.
  package func abortAll() { server.abortAll() }
}
