/// What `Authenticator` says about the `Authorization` of a request.
public enum AuthenticationDecision: Equatable, Sendable {
  /// No tokens are configured, so everyone passes.
  case open
  /// The presented token is one of the configured ones.
  case accepted
  /// A token is needed and no `Authorization` was sent; answer 401 with `WWW-Authenticate` (RFC 9110 §11.6.1).
  case missing
  /// Something was sent and it is not a configured bearer token.
  case rejected

  /// Whether the request may go on.
  public var passes: Bool { self == .open || self == .accepted }
}
