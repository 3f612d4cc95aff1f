/// Why a JSON Web Token is not taken. Nothing of the token is in it.
public enum JWTRefusal: Error, Equatable, Sendable {
  /// More bytes than `JSONWebToken.limit`.
  case tooLong
  /// Not three parts of canonical base64url, the first two of them JSON objects that name each member once.
  case malformed
  /// `none`, one that is not known, or one that the issuer's keys do not sign with.
  case algorithm
  /// It asks for an extension to be understood (`crit`).
  case critical
  /// A `typ` that is not one of those the issuer's tokens have.
  case type
  /// No entry of `auth.jwt` has its `iss`.
  case issuer
  /// None of the issuer's keys is the one it names.
  case key
  /// It was not signed with the key.
  case signature
  /// It has expired.
  case expired
  /// `exp` is absent, no number, or further ahead than `max_age` allows.
  case expiry
  /// It is not valid yet, or says that it was issued in the future.
  case early
  /// It was made for somebody else.
  case audience
  /// The claim that tells the user is absent, empty, too long, or no text.
  case user
  /// A claim is not as `require` has it.
  case requirement
  /// The keys of the issuer are not known, or known no more.
  case unavailable

  /// The longest token, in bytes.
  public static let tokenLimit = JSONWebToken.limit

  /// What is said of it.
  public var sentence: String {
    switch self {
    case .tooLong: "The token has more than \(JSONWebToken.limit) bytes."
    case .malformed:
      "The token is no JSON Web Token: three parts of base64url, header and claims being JSON objects without duplicates."
    case .algorithm: "The token is signed with an algorithm that its entry of auth.jwt does not take."
    case .critical: "The token has critical extensions (crit), none of which is understood here."
    case .type: "The token is of a type (typ) that its entry of auth.jwt does not take; types can list it."
    case .issuer: "The issuer of the token (iss) is not listed in auth.jwt."
    case .key: "The token names a key (kid) that its issuer does not publish, or none."
    case .signature: "The signature of the token is not that of its issuer."
    case .expired: "The token has expired; get a new one from its issuer."
    case .expiry: "The token has no time of expiry (exp), or one later than max_age allows."
    case .early: "The token is not valid yet (nbf, iat): compare the clocks of the issuer and of this machine."
    case .audience: "The token was not made for this proxy (aud)."
    case .user: "The token does not tell its user: user_claim names one that is absent or no text of 1 to 256 bytes."
    case .requirement: "A claim of the token is not as require asks."
    case .unavailable: "The keys of the token's issuer cannot be had at the moment; try again later."
    }
  }
}
