internal import Fal
package import Text

/// Everything an operator can choose, except the fal key: that is a `SecretBytes` beside it.
///
/// A fresh value holds the defaults. What each key does, its range and its unit are in `Settings.table` and, for people,
/// in `config/settings.md`. A property is called as its key is, in camel case; sizes are in bytes.
package struct Settings: Sendable {
  package var host = "127.0.0.1"
  package var port = 8080
  package var path = "/api/fal/proxy"
  package var studio = false
  package var eventLoops = 0
  package var logFormat = LogFormat.json
  package var accessLog = AccessLog.proxy

  /// As they were written: `@default` is still to be replaced, see `expanding`.
  package var allowedURLs = [Settings.defaultMarker]
  /// `@default` is replaced when the settings are loaded.
  package var allowedEndpoints = [Settings.defaultMarker]
  package var allowedHosts: [String] = []
  package var trustedProxies: [String] = []
  package var clientAddress = Settings.forwardedFor
  package var getRuns = false
  package var allowedOrigins: [String] = []
  package var forwardFields: [String] = []
  /// What becomes of request fields, by lower-case name; as it was written.
  package var fields: [String: String] = [:]
  package var tags = false
  /// By lower-case host name.
  package var originOverrides: [String: OriginOverride] = [:]

  package var ownership = Ownership.auto
  /// The path of the file of secrets; empty for none.
  package var secretFile = ""

  package var cors = CORS()
  package var tokens = Tokens()
  package var webhooks = Webhooks()
  package var uploads = Uploads()
  package var auth = Auth()
  package var groups: [CallerGroup] = []
  package var limits = Limits()
  package var rates = Rates()
  package var ratesTotal = Rates.off
  package var ratesIdentities = 100_000
  package var jobsExpire = Duration.seconds(600)
  package var prices: [Price] = []
  /// The path of the file of further ones; empty for none.
  package var pricesFile = ""
  package var pricesUnknown = UnknownPrice.auto
  /// In megapixels.
  package var estimateDefault = Units(2)
  package var budget = Budget()
  /// As it was written; see `LoadedSettings.ledger`.
  package var ledger = "auto"
  /// In days.
  package var ledgerKeep = 400
  package var settleAfter = Duration.seconds(120)
  package var timeouts = Timeouts()
  package var upstream = Upstream()

  package var sandbox = Sandbox()
  /// Whether the embedded fal answers; what starts the process says so, no file.
  package internal(set) var isSandboxed = false

  package var drainDelay = Duration.seconds(0)
  package var drainTimeout = Duration.seconds(25)

  /// The defaults.
  package init() {}

  /// The default of `client_address`.
  package static let forwardedFor = "x-forwarded-for"

  /// The list entry that stands for the built-in list.
  package static let defaultMarker = "@default"

  /// What `@default` means in `allowed_endpoints`.
  package static let builtInEndpoints = [EndpointID.fluxDifferentialDiffusion]

  /// What it means there with the embedded fal.
  package static let sandboxEndpoints = EndpointID.differentialDiffusion + EndpointID.sandboxPatterns

  /// Replaces `@default` wherever endpoints are listed.
  mutating func expandEndpoints() {
    let builtIn = isSandboxed ? Settings.sandboxEndpoints : Settings.builtInEndpoints
    allowedEndpoints = Settings.expanding(allowedEndpoints, with: builtIn)
    for index in groups.indices { groups[index].endpoints = Settings.expanding(groups[index].endpoints, with: builtIn) }
  }

  /// `list` with every `@default` replaced by `builtIn`; repeated entries are kept once, in order.
  package static func expanding(_ list: [String], with builtIn: [String]) -> [String] {
    var seen: Set<String> = []
    return list.flatMap { $0 == defaultMarker ? builtIn : [$0] }.filter { seen.insert($0).inserted }
  }
}
