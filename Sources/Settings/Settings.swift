/// Everything an operator can choose, except the fal key: that is a `SecretBytes` beside it.
///
/// A fresh value holds the defaults. Names, ranges and units of all keys are in `SettingKey.all` and, for people, in
/// `config/fal-proxy.yaml`. A property is called as its key is, in camel case.
public struct Settings: Sendable {
  /// `host`: the address to listen on, an IPv4 or IPv6 literal without brackets, or `localhost`.
  public var host = "127.0.0.1"
  /// `port`: the TCP port to listen on; 0 lets the system choose.
  public var port = 8080
  /// `path`: the one path the proxy answers on.
  public var path = "/api/fal/proxy"
  /// `event_loops`: how many loops serve connections; 0 means one for each core the process may use.
  public var eventLoops = 0
  /// `log_format`: how log lines are written.
  public var logFormat = LogFormat.json
  /// `access_log`: whether each exchange leaves a line.
  public var accessLog = true

  /// `allowed_urls`: patterns of target URLs as they were written; `@default` is still to be replaced, see `expanding`.
  public var allowedURLs = [Settings.defaultMarker]
  /// `allowed_endpoints`: patterns of endpoint ids, `@default` already replaced by `builtInEndpoints`.
  public var allowedEndpoints = Settings.builtInEndpoints
  /// `allowed_origins`: patterns of browser origins that get CORS headers; none by default.
  public var allowedOrigins: [String] = []
  /// `forward_fields`: names of request fields that reach fal beside those of protocol.md §3.2; none by default.
  public var forwardFields: [String] = []
  /// `origin_overrides`: where to connect instead of a fal host, by lower-case host name.
  public var originOverrides: [String: OriginOverride] = [:]

  /// `cors.…`
  public var cors = CORS()
  /// `tokens.…`
  public var tokens = Tokens()
  /// `auth.…`
  public var auth = Auth()
  /// `limits.…`
  public var limits = Limits()
  /// `timeouts.…`
  public var timeouts = Timeouts()
  /// `upstream.…`
  public var upstream = Upstream()

  /// `drain_delay`: how long readiness is denied before listeners close.
  public var drainDelay = Duration.seconds(0)
  /// `drain_timeout`: how long running exchanges may take once listeners are closed.
  public var drainTimeout = Duration.seconds(25)

  /// The defaults.
  public init() {}

  /// The list entry that stands for the built-in list.
  public static let defaultMarker = "@default"

  /// What `@default` means in `allowed_endpoints`.
  public static let builtInEndpoints = ["fal-ai/flux-differential-diffusion"]

  /// `list` with every `@default` replaced by `builtIn`; repeated entries are kept once, in order.
  public static func expanding(_ list: [String], with builtIn: [String]) -> [String] {
    var seen: Set<String> = []
    return list.flatMap { $0 == defaultMarker ? builtIn : [$0] }.filter { seen.insert($0).inserted }
  }

  /// The effective value of every key, one `key: value` a line in the order of the documentation; secrets are counted,
  /// not shown.
  public var listing: [String] { SettingKey.all.map { "\($0.name): \($0.show(self))" } }
}
