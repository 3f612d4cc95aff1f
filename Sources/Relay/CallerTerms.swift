internal import Guard
internal import Settings

/// Who may call and how much, as one generation has it.
struct CallerTerms: Sendable {
  let authenticator: Authenticator

  init(_ settings: Settings) {
    authenticator = Authenticator(tokens: settings.auth.tokens.map { $0.withUnsafeBytes { [UInt8]($0) } })
  }
}
