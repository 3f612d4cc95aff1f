internal import Guard
public import HTTPWire
internal import Settings
public import Transport
internal import Upstream

/// The proxy's routes and decisions on one event loop.
public final class ProxyService: Service {
  let configuration: RelayConfiguration
  private let loop: EventLoop
  private let server: Server
  /// One per entry of the policy's hosts.
  private let origins: [Origin]
  private let hostNames: [[UInt8]]
  var responseParser: ResponseHeadParser

  /// The service for the connections of `server`.
  public init(_ configuration: RelayConfiguration, on server: Server, tlsContext: TLSContext) {
    self.configuration = configuration
    self.server = server
    loop = server.loop
    responseParser = ResponseHeadParser(limits: configuration.responseLimits)
    hostNames = configuration.policy.hosts.map { Array($0.utf8) }
    origins = configuration.policy.hosts.map { host in
      let override = configuration.originOverrides[host]
      return Origin(
        on: server.loop, host: override?.host ?? host, port: override?.port ?? 443,
        tlsContext: override?.isTLS == false ? nil : tlsContext, limits: configuration.upstreamLimits)
    }
  }

  /// Closes the pooled connections.
  public func closeIdleUpstreams() {
    for origin in origins { origin.closeIdle() }
  }

  /// Routes a request, and holds one for the proxy against the policy.
  public func disposition(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on connection: DownstreamConnection
  ) -> Disposition {
    guard head.method != .connect, !head.wantsWebSocket else {
      return .answer(LocalAnswer(ProxyError.connectNotSupported))
    }
    let path = ProxyService.withoutQuery(bytes.extracting(head.path))
    if configuration.path.withUnsafeBufferPointer({ path.equals($0) }) {
      connection.record.route = "proxy"
      return proxy(head, bytes, on: connection)
    }
    if path.equals("/healthz") {
      connection.record.route = "healthz"
      return health(head.method, isReady: true)
    }
    if path.equals("/readyz") {
      connection.record.route = "readyz"
      return health(head.method, isReady: !server.isDraining)
    }
    return .answer(LocalAnswer(ProxyError.notFound))
  }

  private static func withoutQuery(_ target: Span<UInt8>) -> Span<UInt8> {
    for index in 0..<target.count where target[index] == UInt8(ascii: "?") { return target.extracting(0..<index) }
    return target
  }

  private func health(_ method: Method, isReady: Bool) -> Disposition {
    guard method == .get || method == .head else {
      return .answer(LocalAnswer(ProxyError.methodNotAllowed("GET, HEAD")))
    }
    var answer: LocalAnswer
    if isReady {
      answer = LocalAnswer(200, contentType: "application/json", content: Array("{\"status\":\"ok\"}\n".utf8))
    } else {
      answer = LocalAnswer(ProxyError.draining)
      answer.closes = false
    }
    answer.fields.append(("cache-control", "no-store"))
    return .answer(answer)
  }

  // MARK: The proxy route

  private func proxy(
    _ head: borrowing RequestHead, _ bytes: Span<UInt8>, on connection: DownstreamConnection
  ) -> Disposition {
    let originLine = head.fields.first(.origin)
    let decision = configuration.origins.decide(
      origin: originLine.map { bytes.extracting($0.value) },
      host: head.authority.map { bytes.extracting($0) },
      secFetchSite: head.fields.first(.secFetchSite).map { bytes.extracting($0.value) })
    configuration.cors.append(
      for: decision, origin: originLine.map { bytes.extracting($0.value) }, to: &connection.responseFields)

    if head.method == .options {
      connection.record.route = "preflight"
      return preflight(decision, isPreflight: head.fields.first(.accessControlRequestMethod) != nil)
    }
    guard head.method == .get || head.method == .head || head.method == .post || head.method == .put else {
      return .answer(LocalAnswer(ProxyError.methodNotAllowed("GET, HEAD, POST, PUT, OPTIONS")))
    }
    guard let targetRange = head.falTarget else { return .answer(LocalAnswer(ProxyError.targetMissing)) }
    let value = bytes.extracting(targetRange)
    let target: Target
    do throws(TargetRefusal) {
      target = try configuration.policy.decide(method: head.method, target: value)
    } catch {
      return .answer(LocalAnswer(ProxyError.target(error)))
    }
    guard decision.passes else { return .answer(LocalAnswer(ProxyError.originNotAllowed)) }
    let credentials = head.fields.first(.authorization).map { bytes.extracting($0.value) }
    guard configuration.authenticator.decide(authorization: credentials).passes else {
      return .answer(LocalAnswer(ProxyError.unauthorized))
    }
    if case let .contentLength(length) = head.framing, length > configuration.contentLimit {
      return .answer(LocalAnswer(ProxyError.contentTooLarge))
    }
    note(target, value, on: connection)
    let exchange = RelayExchange(on: connection, service: self, origin: origins[target.hostIndex], target: target)
    guard exchange.prepare(head, bytes, value: value) else {
      return .answer(LocalAnswer(ProxyError.wire(.headTooLarge)))
    }
    return .exchange(exchange)
  }

  private func preflight(_ decision: OriginDecision, isPreflight: Bool) -> Disposition {
    guard decision.passes else { return .answer(LocalAnswer(ProxyError.originNotAllowed)) }
    if isPreflight, decision == .allowed || decision == .anyAllowed { return .answer(configuration.cors.preflight) }
    return .answer(LocalAnswer(204, fields: [("allow", "GET, HEAD, POST, PUT, OPTIONS")]))
  }

  private func note(_ target: Target, _ value: Span<UInt8>, on connection: DownstreamConnection) {
    connection.record.operation = target.operation.name
    connection.record.targetHost = hostNames[target.hostIndex]
    let start = connection.record.labels.count
    value.extracting(target.endpoint).withUnsafeBufferPointer { connection.record.labels.append(contentsOf: $0) }
    connection.record.endpoint = start..<connection.record.labels.count
  }
}
