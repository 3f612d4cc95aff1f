package import HTTPServer
package import Observability
package import System
package import Transport

/// The proxy on one event loop, kept on the loop; the loops' owner drives it from outside.
package final class LoopServices {
  private let server: Server
  private let proxy: ProxyService

  private init(_ server: Server, _ proxy: ProxyService) {
    self.server = server
    self.proxy = proxy
  }

  /// What all loops have in common.
  package struct Shared: Sendable {
    package let generation: Generation
    package let options: ServerOptions
    package let gate: ConnectionGate
    package let tlsContext: TLSContext
    package let keyVerdicts: KeyVerdicts

    package init(
      generation: Generation, options: ServerOptions, gate: ConnectionGate, tlsContext: TLSContext,
      keyVerdicts: KeyVerdicts
    ) {
      self.generation = generation
      self.options = options
      self.gate = gate
      self.tlsContext = tlsContext
      self.keyVerdicts = keyVerdicts
    }
  }

  /// Serves the proxy on `address`.
  /// - Parameter addRoutes: adds what else is served there.
  /// - Returns: the address bound.
  package static func start(
    on loop: EventLoop, address: SocketAddress, _ shared: Shared, log: AccessLog, addRoutes: (Router) -> Void = { _ in }
  ) throws(SystemError) -> SocketAddress {
    let server = Server(on: loop, options: shared.options, gate: shared.gate, log: log)
    let proxy = ProxyService(
      shared.generation, on: loop, tlsContext: shared.tlsContext, keyVerdicts: shared.keyVerdicts)
    let router = Router()
    router.add(shared.generation.path, "proxy", proxy)
    router.add("/healthz", "healthz", HealthService())
    router.add("/readyz", "readyz", HealthService { [unowned server] in !server.isDraining })
    addRoutes(router)
    let bound = try server.listen(on: address) { _ in router }
    loop.attachment = LoopServices(server, proxy)
    return bound
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
