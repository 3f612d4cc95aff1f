internal import Fal
internal import Guard
public import HTTPWire
internal import Observability
internal import Settings
internal import Text
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
  let keyVerdicts: KeyVerdicts

  /// The service for the connections of `server`.
  public init(
    _ configuration: RelayConfiguration, on server: Server, tlsContext: TLSContext, keyVerdicts: KeyVerdicts
  ) {
    self.configuration = configuration
    self.keyVerdicts = keyVerdicts
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
      connection.routeFields = ProxyService.vary
      return .answer(LocalAnswer(ProxyError.connectNotSupported))
    }
    let path = bytes.extracting(ProxyService.withoutQuery(head.path, in: bytes))
    let proxyPath = configuration.path
    if path.equals(proxyPath.span) {
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

  private static func withoutQuery(_ target: Range<Int>, in bytes: Span<UInt8>) -> Range<Int> {
    for index in target where bytes[index] == UInt8(ascii: "?") { return target.lowerBound..<index }
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
    answer.fields.removeAll { $0.0.description == "cache-control" }
    answer.fields.append(("cache-control", "no-store"))
    return .answer(answer)
  }

  // MARK: The proxy route

  /// What an answer of the proxy route depends on besides its URL, which is the same for all (RFC 9110 §12.5.5).
  private static let vary: StaticString = "vary: x-fal-target-url, authorization, cookie, origin\r\n"

  /// What could not be read as a request may have been meant for the proxy route.
  public var refusalFields: StaticString { ProxyService.vary }

  private func proxy(
    _ head: borrowing RequestHead, _ bytes: Span<UInt8>, on connection: DownstreamConnection
  ) -> Disposition {
    var (origin, host, site, credentials): (Span<UInt8>?, Span<UInt8>?, Span<UInt8>?, Span<UInt8>?)
    var isCoded = false
    if let authority = head.authority { host = bytes.extracting(authority) }
    for line in head.fields.lines {
      switch line.kind {
      case .origin: origin = bytes.extracting(line.value)
      case .secFetchSite: site = bytes.extracting(line.value)
      case .authorization: credentials = bytes.extracting(line.value)
      case .contentEncoding where !ProxyService.isIdentity(bytes.extracting(line.value)): isCoded = true
      default: continue
      }
    }
    let decision = configuration.origins.decide(origin: origin, host: host, secFetchSite: site)
    connection.routeFields = ProxyService.vary
    configuration.cors.append(for: decision, origin: origin, to: &connection.responseFields)

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
    guard configuration.authenticator.decide(authorization: credentials).passes else {
      return .answer(LocalAnswer(ProxyError.unauthorized))
    }
    if case .contentLength(let length) = head.framing, length > configuration.contentLimit {
      return .answer(LocalAnswer(ProxyError.contentTooLarge))
    }
    guard !isCoded else { return .answer(LocalAnswer(ProxyError.contentCoding)) }
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
    return .answer(
      LocalAnswer(204, fields: [("allow", "GET, HEAD, POST, PUT, OPTIONS"), ("cache-control", "private, no-store")]))
  }

  /// Whether a Content-Encoding names no coding (RFC 9110 §8.4): fal would read a coded content as it is.
  private static func isIdentity(_ value: Span<UInt8>) -> Bool {
    var isIdentity = true
    FieldSection.forEachToken(in: value) { coding in
      if !coding.equalsIgnoringCase("identity") { isIdentity = false }
    }
    return isIdentity
  }

  private func note(_ target: Target, _ value: Span<UInt8>, on connection: DownstreamConnection) {
    connection.record.operation = target.operation.name
    connection.record.targetHost = hostNames[target.hostIndex]
    let start = connection.record.labels.count
    value.extracting(target.endpoint).withUnsafeBufferPointer { connection.record.labels.append(contentsOf: $0) }
    connection.record.endpoint = start..<connection.record.labels.count
  }
}
