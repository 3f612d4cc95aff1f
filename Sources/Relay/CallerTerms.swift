internal import Guard
internal import Settings

/// Who may call and how much, as one generation has it.
struct CallerTerms: Sendable {
  let authenticator: Authenticator
  /// Whom requests count for that a proxy in front has passed on.
  let clientAddress: ClientAddress
  /// What is made of the operator's secrets.
  let secrets: CallerSecrets
  /// Seals the ids of jobs; nil where they stay as fal's.
  let seals: JobSeals?

  /// - Parameter key: what everything is made of where there is no file of secrets.
  init(_ settings: Settings, clientAddress: ClientAddress, secrets: [SecretBytes], key: SecretBytes) {
    self.clientAddress = clientAddress
    authenticator = Authenticator(tokens: settings.auth.tokens.map { $0.withUnsafeBytes { [UInt8]($0) } })
    self.secrets = CallerSecrets((secrets.isEmpty ? [key] : secrets).map { $0.withUnsafeBytes { [UInt8]($0) } })
    seals = settings.sealsJobs ? self.secrets.seals : nil
  }
}
