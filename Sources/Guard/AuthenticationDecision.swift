/// What is said of the credential of a request.
public enum AuthenticationDecision: Equatable, Sendable {
  /// Nobody is asked for one, so everyone passes.
  case open
  /// The presented token is one of the listed ones.
  case accepted
  /// A token is needed and none was sent; answer 401 with `WWW-Authenticate` (RFC 9110 §11.6.1).
  case missing
  /// Something was sent and it is no listed token.
  case rejected
  /// A JSON Web Token was sent that is not taken.
  case refused(JWTRefusal)
  /// A JSON Web Token was sent that may be good under keys that are not here: those of the issuer at that index.
  case asks(issuer: Int)
  /// A token came in a cookie, and nothing says that the page may send it.
  case foreignCookie

  /// Whether the request may go on.
  public var passes: Bool { self == .open || self == .accepted }
}
