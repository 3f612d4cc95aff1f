public import Digest
internal import Text

/// What an entry of `auth.jwt` asks of the tokens of its issuer, beside a good signature.
public struct JWTRules: Sendable {
  /// `iss`, compared byte by byte.
  public var issuer: String
  /// One of `aud`; nil where it does not matter.
  public var audience: String?
  /// Those the keys allow where it is nil.
  public var algorithms: [SignatureAlgorithm]?
  public var userClaim = "sub"
  public var groupClaim: ClaimPath?
  /// Seconds by which clocks may differ.
  public var leeway: Double = 30
  /// Seconds that `exp` may be ahead.
  public var maxAge: Double = 24 * 3600
  /// Values that a claim must have one of.
  public var require: [(claim: ClaimPath, values: [String])] = []
  /// The `typ` that tokens may have; one without any passes only where this is the default.
  public var types: [String]?

  public init(issuer: String, audience: String?) {
    (self.issuer, self.audience) = (issuer, audience)
  }

  private static let userLimit = 256

  func check(type: String?) throws(JWTRefusal) {
    guard let types else {
      guard let type, type != "jwt", type != "at+jwt" else { return }
      throw .type
    }
    guard let type, types.contains(where: { JSONWebToken.type($0) == type }) else { throw .type }
  }

  /// - Parameter now: seconds since 1970.
  /// - Returns: when the token ends, clocks that differ allowed for.
  func checkTimes(_ claims: JSONValue, now: Double) throws(JWTRefusal) -> Double {
    guard let expiry = JWTRules.date(claims["exp"]), expiry <= now + maxAge + leeway else { throw .expiry }
    guard now < expiry + leeway else { throw .expired }
    for name in ["nbf", "iat"] {
      guard let value = claims[name] else { continue }
      guard let date = JWTRules.date(value), date <= now + leeway else { throw .early }
    }
    return expiry + leeway
  }

  func checkAudience(_ claims: JSONValue) throws(JWTRefusal) {
    guard let audience else { return }
    let stated = claims["aud"].map { $0.elements ?? [$0] } ?? []
    guard stated.contains(where: { $0.text.map { JWTRules.same($0, audience) } ?? false }) else { throw .audience }
  }

  func checkRequired(_ claims: JSONValue) throws(JWTRefusal) {
    for (claim, values) in require {
      let stated = claim.value(in: claims)?.scalarTexts ?? []
      guard stated.contains(where: { text in values.contains { JWTRules.same($0, text) } }) else { throw .requirement }
    }
  }

  func user(_ claims: JSONValue) throws(JWTRefusal) -> [UInt8] {
    let text: String? =
      switch claims[userClaim] {
      case .string(let text)?: text
      case .number(let digits)? where digits.utf8.allSatisfy(\.isDigit): digits
      default: nil
      }
    guard let user = text.map({ Array($0.utf8) }), (1...JWTRules.userLimit).contains(user.count) else { throw .user }
    return user
  }

  /// Texts are the same where their bytes are: to Swift's `==` some are that look alike.
  static func same(_ one: String, _ other: String) -> Bool { one.utf8.elementsEqual(other.utf8) }

  /// A NumericDate (RFC 7519 §2) that a clock can show.
  private static func date(_ value: JSONValue?) -> Double? {
    guard let date = value?.double, (0...1e11).contains(date) else { return nil }
    return date
  }
}
