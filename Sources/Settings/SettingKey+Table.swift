/// The table. Order and grouping are those of `config/fal-proxy.yaml`.
extension SettingKey {
  static let all: [SettingKey] = listening + policy + limits + times

  private static let listening: [SettingKey] = [
    .text("host", \.host, expected: "expected an IPv4 or IPv6 address without brackets, or localhost") {
      $0 == "localhost" || HostText.isIPv4($0) || HostText.isIPv6($0)
    },
    port,
    .text(
      "path", \.path,
      expected: "expected a path that starts with '/', made of A-Z a-z 0-9 . _ ~ - /, and not /healthz or /readyz",
      isProxyPath),
    .integer("event_loops", \.eventLoops, 0...64, or: " (0 = one per core)"),
    .scalar(
      "log_format", \.logFormat, expected: "expected json or text", parse: { Settings.LogFormat(rawValue: $0) },
      show: { $0.rawValue }),
    .flag("access_log", \.accessLog),
  ]

  private static let port: SettingKey = {
    var key = SettingKey.integer("port", \.port, 0...65535, or: " (0 = any free port)")
    key.aliases = ["PORT"]
    return key
  }()

  private static let policy: [SettingKey] = [
    .patterns(
      "allowed_urls", \.allowedURLs, expected: "expected a list of URL patterns or \"@default\" ([] for none)",
      emptyVariable: .fault),
    .patterns(
      "allowed_endpoints", \.allowedEndpoints,
      expected: "expected a list of endpoint patterns or \"@default\" ([] for none)", emptyVariable: .fault,
      builtIn: Settings.builtInEndpoints),
    .patterns(
      "allowed_origins", \.allowedOrigins, expected: "expected a list of browser origins ([] for none)",
      emptyVariable: .none),
    .patterns(
      "forward_fields", \.forwardFields, expected: "expected a list of header field names ([] for none)",
      emptyVariable: .none),
    .flag("cors.allow_credentials", \.cors.allowCredentials),
    .duration("cors.max_age", \.cors.maxAge, .seconds(0)...(.seconds(24 * 3600))),
    .flag("tokens.enabled", \.tokens.enabled),
    authTokens,
    originOverrides,
  ]

  private static let limits: [SettingKey] = [
    .size("limits.head", \.limits.head, (1 << 10)...(64 << 10)),
    .integer("limits.fields", \.limits.fields, 10...1000),
    .size("limits.request_target", \.limits.requestTarget, 256...(32 << 10)),
    .size("limits.body", \.limits.body, 0...(10 << 30)),
    .size("limits.response_head", \.limits.responseHead, (1 << 10)...(64 << 10)),
    .integer("limits.connections", \.limits.connections, 1...1_000_000),
    .size("limits.log_buffer", \.limits.logBuffer, (64 << 10)...(64 << 20)),
  ]

  private static let times: [SettingKey] = [
    .duration("timeouts.head", \.timeouts.head),
    .duration("timeouts.idle", \.timeouts.idle),
    .duration("timeouts.body", \.timeouts.body),
    .duration("timeouts.linger", \.timeouts.linger),
    .duration("upstream.connect", \.upstream.connect),
    .duration("upstream.tls", \.upstream.tls),
    .duration("upstream.first_byte", \.upstream.firstByte),
    .duration("upstream.first_byte_run", \.upstream.firstByteRun),
    .duration("upstream.body", \.upstream.body),
    .duration("upstream.idle", \.upstream.idle),
    .integer("upstream.idle_connections", \.upstream.idleConnections, 0...10_000),
    .duration("upstream.dns_ttl", \.upstream.dnsTTL),
    .duration("drain_delay", \.drainDelay, .seconds(0)...(.seconds(300))),
    .duration("drain_timeout", \.drainTimeout, .seconds(0)...(.seconds(3600))),
  ]

  private static let authTokens = SettingKey(
    name: "auth.tokens", shape: .list,
    expected: "expected a list of tokens of 16 or more visible ASCII characters ([] for none)",
    emptyVariable: .fault,
    store: { (input, settings) throws(Refusal) in
      settings.auth.tokens = try entries(of: input) { item in
        item.value.withUnsafeBytes { $0.count >= 16 && $0.allSatisfy(isVisible) } ? item.value : nil
      }
    },
    show: { $0.auth.tokens.isEmpty ? "[]" : "<redacted> × \($0.auth.tokens.count)" })

  private static let originOverrides = SettingKey(
    name: "origin_overrides", shape: .map,
    expected:
      "expected fal hosts, each once, and their origins: https://host[:port], or http:// with a loopback address",
    store: { (input, settings) throws(Refusal) in
      var overrides: [String: OriginOverride] = [:]
      _ = try entries(of: input) { item -> Bool? in
        let host = item.key.lowercased()
        guard HostText.isName(host), overrides[host] == nil, let origin = OriginOverride(item.value.text) else {
          return nil
        }
        overrides[host] = origin
        return true
      }
      settings.originOverrides = overrides
    },
    show: { settings in
      let pairs = settings.originOverrides.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
      return "{" + pairs.joined(separator: ", ") + "}"
    })

  @Sendable private static func isProxyPath(_ path: String) -> Bool {
    let marks = Array("._~-/".utf8)
    return path.utf8.first == UInt8(ascii: "/") && path != "/healthz" && path != "/readyz"
      && path.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: marks.contains(byte)
        }
      }
  }
}
