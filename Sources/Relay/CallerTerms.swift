internal import Guard
internal import Settings

/// Who may call and how much, as one generation has it.
struct CallerTerms: Sendable {
  let authenticator: Authenticator
  /// Whom requests count for that a proxy in front has passed on.
  let clientAddress: ClientAddress

  init(_ settings: Settings, clientAddress: ClientAddress) {
    self.clientAddress = clientAddress
    authenticator = Authenticator(tokens: settings.auth.tokens.map { $0.withUnsafeBytes { [UInt8]($0) } })
  }
}
