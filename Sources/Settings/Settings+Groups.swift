/// The small groups of keys.
extension Settings {
  /// How a log line is written.
  public enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object a line.
    case json
    /// `key=value` fields for human eyes.
    case text
  }

  /// What browsers of other origins are told.
  public struct CORS: Sendable {
    /// `cors.allow_credentials`: whether a browser may send cookies along.
    public var allowCredentials = false
    /// `cors.max_age`: how long a browser may keep a preflight answer, in whole seconds on the wire.
    public var maxAge = Duration.seconds(2 * 3600)

    /// The defaults.
    public init() {}
  }

  /// Temporary tokens handed to browsers.
  public struct Tokens: Sendable {
    /// `tokens.enabled`: whether they are issued at all.
    public var enabled = false

    /// The defaults.
    public init() {}
  }

  /// Who the end users are.
  public struct Auth: Sendable {
    /// `auth.tokens`: bearer tokens of end users, 16 or more visible ASCII bytes each; none means nobody is asked.
    public var tokens: [SecretBytes] = []

    /// The defaults.
    public init() {}
  }
}
