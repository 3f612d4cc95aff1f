internal import Fal
internal import Guard
package import HTTPServer
internal import HTTPWire
internal import Observability
package import Settings
package import Transport
internal import Upstream

/// The settings compiled into what a request is held against: immutable, shared by all loops, and held by an exchange from
/// its first check to its last byte, so that a newer one never changes a request half-way.
package final class Generation: Sendable {
  /// The proxy's path.
  let path: String
  /// The downstream side.
  let serverOptions: ServerOptions
  let policy: TargetPolicy
  let tokens: TokenPolicy
  let webhooks: WebhookPolicy
  let uploads: UploadPolicy
  /// The fal hosts requests may go to.
  package var hosts: Set<String> { Set(policy.hosts) }
  let allowedHosts: HostPolicy
  let origins: OriginPolicy
  let cors: CORSFields
  let callers: CallerTerms
  let requestRules: RequestHeadRules
  let contentLimit: UInt64
  let collectedLimit: UInt64
  let upstream: UpstreamTerms

  /// Compiles `loaded`, adding a fault to it for every pattern that is none.
  /// - Parameter overrides: stand in for the settings' `origin_overrides`, for the sandbox.
  /// - Returns: nil when there was a fault.
  package init?(
    _ loaded: inout LoadedSettings, key: SecretBytes, version: String, overrides: [String: OriginOverride]? = nil
  ) {
    let settings = loaded.settings
    let urls = Generation.compile(
      Settings.expanding(settings.allowedURLs, with: TargetPolicy.defaultURLs), "allowed_urls", &loaded,
      URLPattern.init)
    let endpoints = Generation.compile(
      settings.allowedEndpoints, "allowed_endpoints", &loaded, EndpointPattern.init)
    let webhooks = Generation.compile(settings.webhooks.allow, "webhooks.allow", &loaded, WebhookPattern.init)
    let types = Generation.compile(
      settings.uploads.contentTypes, "uploads.content_types", &loaded, ContentTypePattern.init)
    let credentials = settings.cors.allowCredentials
    _ = Generation.compile(settings.allowedOrigins, "allowed_origins", &loaded) { entry throws(PatternError) in
      try OriginPolicy(allowedOrigins: [entry], allowCredentials: credentials)
    }
    _ = Generation.compile(settings.forwardFields, "forward_fields", &loaded) { entry throws(PatternError) in
      try ForwardedFields([entry])
    }
    _ = Generation.compile(settings.allowedHosts, "allowed_hosts", &loaded) { entry throws(PatternError) in
      try HostPolicy(allowedHosts: [entry])
    }
    let fields = Generation.fields(&loaded)
    let callers = CallerTerms(&loaded, key: key, isSandboxed: overrides != nil)
    for host in settings.originOverrides.keys.sorted() where !FalHost.isFal(host) {
      loaded.reject(
        "origin_overrides",
        "\(host) is no fal host, so nothing would go there; write the fal host first, then the origin to connect to")
    }
    let named = Set(FalHost.all.map(\.name.description)).union(urls?.map(\.host) ?? [])
    for host in settings.originOverrides.keys.sorted() where FalHost.isFal(host) && urls != nil && !named.contains(host)
    {
      loaded.reject(
        "origin_overrides",
        "\(host) is no host of fal that is known, and no entry of allowed_urls begins with it, so nothing would go there; "
          + "correct the name, or list it in allowed_urls")
    }
    guard let urls, let endpoints, let webhooks, let types, let fields, let callers, loaded.faults.isEmpty,
      let allowedHosts = try? HostPolicy(allowedHosts: settings.allowedHosts),
      let origins = try? OriginPolicy(allowedOrigins: settings.allowedOrigins, allowCredentials: credentials)
    else { return nil }
    self.allowedHosts = allowedHosts
    self.origins = origins
    path = settings.path
    serverOptions = Generation.serverOptions(settings)
    policy = TargetPolicy(
      allowedURLs: urls, allowedEndpoints: endpoints, tokensEnabled: settings.tokens.enabled,
      getRuns: settings.getRuns, maximumLength: settings.limits.requestTarget)
    tokens = TokenPolicy(allowedEndpoints: endpoints, maximumSeconds: Int(settings.tokens.max.components.seconds))
    self.webhooks = overrides == nil ? WebhookPolicy(webhooks) : .any
    uploads = UploadPolicy(types)
    cors = CORSFields(
      allowCredentials: credentials, maxAgeSeconds: Int(settings.cors.maxAge.components.seconds),
      forwarded: settings.forwardFields)
    self.callers = callers
    requestRules = RequestHeadRules(key: key, version: version, fields: fields, tellsHost: overrides != nil)
    contentLimit = UInt64(settings.limits.body)
    collectedLimit = UInt64(min(settings.limits.collected, settings.limits.body))
    upstream = UpstreamTerms(settings, overrides: overrides)
  }

  /// The options of the downstream side.
  package static func serverOptions(_ settings: Settings) -> ServerOptions {
    ServerOptions(
      headLimits: HeadLimits(
        head: settings.limits.head, fields: settings.limits.fields, requestTarget: settings.limits.requestTarget),
      contentLimit: UInt64(settings.limits.body), headTimeout: settings.timeouts.head.inNanoseconds,
      idleTimeout: settings.timeouts.idle.inNanoseconds, stallTimeout: settings.timeouts.body.inNanoseconds,
      contentRate: UInt64(settings.limits.bodyRate), contentRateWindow: settings.timeouts.bodyRate.inNanoseconds,
      lingerTimeout: settings.timeouts.linger.inNanoseconds, logged: logged(settings.accessLog))
  }

  private static func logged(_ word: Settings.AccessLog) -> AccessLog.Selection {
    switch word {
    case .all: .all
    case .proxy: .proxy
    case .errors: .errors
    case .none: .none
    }
  }

  /// The gate of all connections.
  package static func connectionGate(_ settings: Settings) -> ConnectionGate {
    let (limit, ofAddress) = (settings.limits.connections, settings.limits.connectionsPerAddress)
    return ConnectionGate(limit: limit, clientLimit: ofAddress > 0 ? ofAddress : max(1, limit * 4 / 5))
  }

  private static func fields(_ loaded: inout LoadedSettings) -> RequestFields? {
    // Of a list that is faulty itself, nothing more is said.
    let names = loaded.settings.forwardFields + (loaded.settings.isSandboxed ? [Settings.sandboxFaultField] : [])
    guard let forwarded = try? ForwardedFields(names) else { return nil }
    for (index, name) in loaded.settings.forwardFields.enumerated() where RequestFields.hasRule(name) {
      loaded.reject(
        "forward_fields",
        "entry \(index + 1) names a field that has a rule of its own, so that listing it here changes nothing; say what becomes "
          + "of it in fields, as in \(name.lowercased()): pass")
    }
    if !loaded.settings.isSandboxed,
      loaded.settings.forwardFields.contains(where: { $0.lowercased() == Settings.sandboxFaultField })
    {
      loaded.reject(
        "forward_fields",
        "\(Settings.sandboxFaultField) is for the embedded fal alone, which gets it anyway; leave it out of the list")
    }
    for (name, rule) in loaded.settings.fields.sorted(by: { $0.key < $1.key }) {
      do throws(PatternError) {
        _ = try RequestFields([name: rule], forwarded: forwarded)
      } catch {
        loaded.reject("fields", "the entry \(name) \(error.message)")
      }
    }
    return try? RequestFields(loaded.settings.fields, forwarded: forwarded)
  }

  static func compile<Pattern>(
    _ texts: [String], _ key: String, _ loaded: inout LoadedSettings,
    _ make: (String) throws(PatternError) -> Pattern
  ) -> [Pattern]? {
    var patterns: [Pattern] = []
    for (index, text) in texts.enumerated() {
      do throws(PatternError) {
        patterns.append(try make(text))
      } catch {
        loaded.reject(key, "entry \(index + 1) \(error.message)")
      }
    }
    return patterns.count == texts.count ? patterns : nil
  }
}

extension Duration {
  /// Whole nanoseconds.
  var inNanoseconds: UInt64 {
    UInt64(components.seconds) * 1_000_000_000 + UInt64(components.attoseconds / 1_000_000_000)
  }
}
