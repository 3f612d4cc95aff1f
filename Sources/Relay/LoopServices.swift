package import Observability
package import System
public import Transport

/// Everything one event loop serves, kept on the loop; the loops' owner drives it from outside.
public final class LoopServices {
  private let server: Server
  private let proxy: ProxyService?

  private init(_ server: Server, _ proxy: ProxyService?) {
    self.server = server
    self.proxy = proxy
  }

  /// Serves the proxy on `address`.
  /// - Returns: the address bound.
  package static func startProxy(
    on loop: EventLoop, address: SocketAddress, configuration: RelayConfiguration, options: ServerOptions,
    gate: ConnectionGate, tlsContext: TLSContext, keyVerdicts: KeyVerdicts, log: AccessLog
  ) throws(SystemError) -> SocketAddress {
    let server = Server(on: loop, options: options, gate: gate, log: log)
    let proxy = ProxyService(configuration, on: server, tlsContext: tlsContext, keyVerdicts: keyVerdicts)
    let bound = try server.listen(on: address) { _ in proxy }
    loop.attachment = LoopServices(server, proxy)
    return bound
  }

  /// Serves an application in this process on `address`; `make` is given the address bound.
  package static func startLocal(
    on loop: EventLoop, address: SocketAddress, options: ServerOptions, gate: ConnectionGate,
    _ make: (EventLoop, SocketAddress) -> any LocalApplication
  ) throws(SystemError) -> SocketAddress {
    let server = Server(on: loop, options: options, gate: gate, log: nil)
    let bound = try server.listen(on: address) { bound in LocalService(make(loop, bound)) }
    loop.attachment = LoopServices(server, nil)
    return bound
  }

  /// The services of `loop`.
  public static func of(_ loop: EventLoop) -> LoopServices? { loop.attachment as? LoopServices }

  /// See `Server.beginDraining`.
  public func beginDraining() { server.beginDraining() }

  /// See `Server.stopListening`.
  public func stopListening() {
    server.stopListening()
    proxy?.closeIdleUpstreams()
  }

  /// See `Server.flushLog`.
  public func flushLog() { server.flushLog() }

  /// See `Server.endAll`.
  public func endAll() { server.endAll() }

  /// See `Server.abortAll`.
  public func abortAll() { server.abortAll() }
}
