package import Text

/// The small groups of keys.
extension Settings {
  /// How a log line is written.
  package enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object a line.
    case json
    /// `key=value` fields for human eyes.
    case text
  }

  /// Which requests have a log line.
  package enum AccessLog: String, Sendable, CaseIterable {
    /// Each.
    case all
    /// Each but those of probes.
    case proxy
    /// Those that were refused, failed or were cut.
    case errors
    case none

    /// The word `text` is; `true` and `false` are what the setting was before it had words.
    package init?(_ text: String) {
      switch text {
      case "true": self = .all
      case "false": self = .none
      default: self.init(rawValue: text)
      }
    }
  }

  /// What browsers of other origins are told.
  package struct CORS: Sendable {
    package var allowCredentials = false
    package var maxAge = Duration.seconds(2 * 3600)
  }

  /// Temporary tokens handed to browsers.
  package struct Tokens: Sendable {
    package var enabled = false
    package var max = Duration.seconds(120)
    /// What one counts; nil where nothing was said.
    package var charge: Money?
  }

  /// Where fal may be asked to send results.
  package struct Webhooks: Sendable {
    package var allow: [String] = []
  }

  /// What may be uploaded to fal.
  package struct Uploads: Sendable {
    package var contentTypes = ["*/*"]
  }

  /// Who the end users are.
  package struct Auth: Sendable {
    package var mode = Mode.auto
    package var tokens: [SecretBytes] = []
    /// The path; empty for none.
    package var tokensFile = ""
    package var sources = Auth.standardSources
    package var jwt: [JWTIssuer] = []

    /// What `auth.sources` is where it is left out.
    package static let standardSources = ["authorization"]

    /// How they are told apart.
    package enum Mode: String, Sendable, CaseIterable {
      /// `jwt` or `tokens` where there are issuers or tokens, else `none`.
      case auto
      /// By their addresses.
      case none
      /// By the tokens they present.
      case tokens
      /// By the JSON Web Tokens they present.
      case jwt
    }

    /// Whether a token is asked for.
    package var asksForTokens: Bool {
      switch mode {
      case .auto: hasTokens || !jwt.isEmpty
      case .none: false
      case .tokens, .jwt: true
      }
    }

    /// Whether that token is one of `auth.jwt`.
    package var asksForJWT: Bool { mode == .jwt || mode == .auto && !jwt.isEmpty }

    /// Whether there is a list of tokens.
    package var hasTokens: Bool { !tokens.isEmpty || !tokensFile.isEmpty }
  }
}
