internal import Fal
internal import Guard
package import HTTPServer
package import HTTPWire
internal import Ledger
internal import Observability
internal import Settings
internal import Text
internal import Transport
internal import Upstream

/// The proxy route on one event loop: admits requests and begins their exchanges.
package final class ProxyService: Service {
  /// What an answer depends on besides its URL, which is the same for all (RFC 9110 §12.5.5).
  package let commonFields: StaticString = "vary: x-fal-target-url, authorization, cookie, origin\r\n"

  /// Its place is in the order of the checks.
  package let answersAnyHost = true

  private(set) var generation: Generation
  /// Who is taken in; nil where nobody is asked. A list of its own, as its file changes while a generation is in force.
  private(set) var tokens: TokenList?
  /// Whose JSON Web Tokens are taken; nil where none are. Another one whenever keys change.
  private(set) var jwt: JWTVerifier?
  let remembered = RememberedTokens()
  /// Where their keys come from.
  let keySources: KeySources?
  let keyVerdicts: KeyVerdicts
  /// What callers have used of their limits: that of the process.
  let rates: RateTable
  /// Nil where nothing is counted.
  let ledger: (any Ledger)?
  private let opened = OpenedJobs()
  var responseParser: ResponseHeadParser
  let loop: EventLoop
  /// The loop's, kept at hand.
  let pool: BufferPool
  private let tlsContext: TLSContext
  /// The port it is served on, if that is at a loopback address.
  private let loopbackPort: Int?
  /// One per entry of the generation's hosts.
  private var hosts: [UpstreamHost] = []
  /// Every host the loop has connections to, by what it is and not by where it stands in a list, so that a newer
  /// generation finds the connections of an older one.
  private var known: [HostIdentity: UpstreamHost] = [:]

  /// What makes two hosts the same.
  private struct HostIdentity: Hashable {
    let host: String
    let name: String
    let port: Int
    let isTLS: Bool
    let limits: UpstreamLimits
  }

  /// - Parameter address: where it is served.
  init(
    _ generation: Generation, on loop: EventLoop, at address: SocketAddress, tlsContext: TLSContext,
    keyVerdicts: KeyVerdicts, rates: RateTable, ledger: (any Ledger)?, keySources: KeySources? = nil
  ) {
    self.generation = generation
    self.keyVerdicts = keyVerdicts
    self.rates = rates
    self.ledger = ledger
    self.keySources = keySources
    loopbackPort = AddressPolicy.loopback.admits(address) ? address.port : nil
    self.loop = loop
    pool = loop.buffers
    self.tlsContext = tlsContext
    responseParser = ResponseHeadParser(limits: generation.upstream.head)
    adopt(generation)
  }

  /// Serves requests under `generation` from now on; exchanges that have begun keep theirs.
  func adopt(_ generation: Generation) {
    self.generation = generation
    tokens = generation.callers.tokens
    jwt = generation.callers.jwt?.verifier
    let identities = generation.policy.hosts.map { host in
      let override = generation.upstream.overrides[host]
      return HostIdentity(
        host: host, name: override?.host ?? host, port: override?.port ?? 443, isTLS: override?.isTLS ?? true,
        limits: generation.upstream.limits)
    }
    let before = known
    known = [:]
    hosts = identities.map { identity in
      if let host = known[identity] ?? before[identity] {
        known[identity] = host
        return host
      }
      let host = UpstreamHost(
        on: loop, name: identity.name, port: identity.port, tlsContext: identity.isTLS ? tlsContext : nil,
        limits: identity.limits)
      known[identity] = host
      return host
    }
    for (identity, host) in before where known[identity] == nil { host.closeIdle() }
  }

  /// Takes in callers with these tokens from now on.
  func adopt(_ tokens: TokenList) { self.tokens = tokens }

  /// Takes JSON Web Tokens under these keys from now on.
  func adopt(_ jwt: JWTVerifier) { self.jwt = jwt }

  /// Closes the pooled connections.
  func closeIdleUpstreams() {
    for host in known.values { host.closeIdle() }
  }

  package func disposition(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream
  ) -> Disposition {
    let value = bytes.extracting(head.falTarget ?? 0..<0)
    let record = stream.record
    if head.method == .options { record.route = "preflight" }
    let admission = Admission(generation, facts(of: head, bytes, on: stream, record), value: value)
    return disposition(of: admission, head: head, bytes, host: nil, on: stream, record)
  }

  package func addRefusalFields(for origin: Span<UInt8>, on stream: any RequestStream) {
    let decision = generation.origins.decide(origin: origin, host: nil, secFetchSite: nil)
    guard decision.isAllowedPage else { return }
    stream.addResponseFields { generation.cors.append(for: decision, origin: origin, to: &$0) }
  }

  /// Lets `admission` go on.
  /// - Parameter host: where the request goes, when it was found before the question that is answered now.
  func disposition(
    of admission: consuming Admission, head: borrowing RequestHead, _ bytes: Span<UInt8>, host: UpstreamHost?,
    on stream: any RequestStream, _ record: AccessRecord
  ) -> Disposition {
    let value = bytes.extracting(head.falTarget ?? 0..<0)
    switch admission.verdict(value: value) {
    case .answer(let answer): return .answer(answer)
    case .refuse(let cause):
      noteRefused(admission.target, value, in: record)
      return .answer(LocalAnswer(cause))
    case .ask(let issuer):
      return .exchange(
        KeyExchange(on: stream, proxy: self, admission: admission, head: head, bytes, issuer: issuer) {
          [self] admission, head, bytes in
          disposition(of: admission, head: head, bytes, host: nil, on: stream, record)
        })
    case .collect(let target, let limit):
      note(target, value, in: record)
      return .exchange(
        AdmissionExchange(
          on: stream, proxy: self, admission: admission, host: hosts[target.hostIndex], head: head, bytes,
          limit: limit))
    case .count(let target, let demand):
      do throws(RateRefusal) {
        admission.take(claim: try claim(admission, target, demand, now: loop.now))
      } catch {
        noteRefused(target, value, in: record)
        record.operation = target.operation.name
        return .answer(LocalAnswer(.limited(error)))
      }
      return disposition(of: admission, head: head, bytes, host: host, on: stream, record)
    case .reserve(let target, let cost, let terms):
      note(target, value, in: record)
      record.operation = target.operation.name
      guard let ledger else { return .answer(LocalAnswer(.ledgerUnavailable)) }
      let order = order(admission, target, cost, value, terms)
      return .exchange(
        BudgetExchange(
          on: stream, proxy: self, ledger: ledger, admission: admission, host: host ?? hosts[target.hostIndex],
          head: head, bytes, order: order))
    case .admit(let target):
      note(target, value, in: record)
      record.operation = target.operation.name
      if let id = admission.job?.id { record.note(.job, id.span) }
      guard
        let exchange = exchange(
          &admission, head, bytes, target, value, host: host ?? hosts[target.hostIndex], on: stream)
      else { return .answer(LocalAnswer(.wire(.headTooLarge))) }
      return .exchange(exchange)
    }
  }

  /// Whether requests that name this authority, or none, are answered.
  func allows(host authority: Span<UInt8>?) -> Bool {
    generation.allowedHosts.allows(authority, loopbackPort: loopbackPort)
  }

  /// Reads what the checks need, and writes the CORS answer that every response to the request has.
  func facts(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream, _ record: AccessRecord
  ) -> Admission.Facts {
    var facts = Admission.Facts()
    var (origin, host, site): (Span<UInt8>?, Span<UInt8>?, Span<UInt8>?)
    if let authority = head.authority { host = bytes.extracting(authority) }
    for line in head.fields.lines {
      switch line.kind {
      case .origin: origin = bytes.extracting(line.value)
      case .secFetchSite: site = bytes.extracting(line.value)
      // Not tracestate.
      case .traceContext where line.name.count == 11: record.note(.traceparent, bytes.extracting(line.value))
      case .contentEncoding: if !ProxyService.isIdentity(bytes.extracting(line.value)) { facts.isCoded = true }
      case .accessControlRequestMethod: facts.isPreflight = true
      case .accessControlRequestHeaders where head.method == .options:
        facts.requestedFields = (facts.requestedFields ?? []) + CORSFields.names(in: bytes.extracting(line.value))
      default: continue
      }
    }
    facts.method = head.method
    facts.namesAllowedHost = allows(host: host)
    facts.hasTarget = head.falTarget != nil
    facts.opened = generation.callers.seals == nil ? nil : opened
    if case .contentLength(let length) = head.framing { facts.statedLength = length }
    facts.origin = generation.origins.decide(origin: origin, host: host, secFetchSite: site)
    if let origin, !facts.origin.passes { record.note(.origin, origin) }
    if facts.origin.isAllowedPage {
      stream.addResponseFields { generation.cors.append(for: facts.origin, origin: origin, to: &$0) }
    }
    facts.caller = Caller(Identity(address: record.client), group: generation.callers.standardGroup)
    if tokens != nil || jwt != nil {
      let vary = generation.callers.sources.vary
      if !vary.isEmpty { stream.addResponseFields { $0 += vary } }
      // A browser sends no Origin with a GET to its page's own.
      let isOwnPage = origin == nil && site?.equals("same-origin") == true
      let finding = generation.callers.sources.find(
        in: head.fields.lines, bytes, cookiesCount: facts.origin.maySendCookies || isOwnPage)
      identify(by: finding, bytes, &facts, record)
    }
    return facts
  }

  /// Whether a Content-Encoding names no coding (RFC 9110 §8.4): fal would read a coded content as it is.
  private static func isIdentity(_ value: Span<UInt8>) -> Bool {
    var isIdentity = true
    FieldSection.forEachToken(in: value) { coding in
      if !coding.equalsIgnoringCase("identity") { isIdentity = false }
    }
    return isIdentity
  }
}
