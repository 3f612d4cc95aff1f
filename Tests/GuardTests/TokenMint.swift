import Digest
import Testing
import Text

@testable import Guard

/// Makes tokens as an issuer, or somebody who would like to be one, does.
struct TokenMint {
  static let issuer = "https://issuer.example"
  /// Seconds since 1970.
  static let now = 1_800_000_000.0
  static let secret = Array("a secret of the issuer's, 32 bytes or more".utf8)

  let key = Ed25519Key(seed: [UInt8](repeating: 7, count: 32))!

  /// The set that the issuer publishes.
  var jwkSet: String {
    #"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"one","x":"\#(Base64.urlText(key.publicKey))"}]}"#
  }

  static let header = #"{"alg":"EdDSA","kid":"one","typ":"JWT"}"#

  static func claims(_ more: String = "", exp: String = "1800000600", iss: String = issuer) -> String {
    #"{"iss":"\#(iss)","aud":"app","sub":"alice","exp":\#(exp)\#(more)}"#
  }

  static func encoded(_ text: String) -> String { Base64.urlText(Array(text.utf8)) }

  func token(_ header: String = header, _ claims: String = claims()) -> String {
    let signed = Self.encoded(header) + "." + Self.encoded(claims)
    return signed + "." + Base64.urlText(key.signature(of: Array(signed.utf8))!)
  }

  /// A token under a secret.
  static func secretToken(_ header: String, _ claims: String = claims(), secret: [UInt8] = secret) -> String {
    let signed = encoded(header) + "." + encoded(claims)
    let code = HMACSHA256(key: secret.span).code(Array(signed.utf8).span)
    return signed + "." + Base64.urlText((0..<32).map { code.bytes[$0] })
  }

  static let secrets = CallerSecrets([[1, 2, 3]])

  func verifier(
    groups: [String] = [], keys: KeySet?? = nil, secrets: CallerSecrets = secrets,
    _ change: (inout JWTRules) -> Void = { _ in }
  ) throws -> JWTVerifier {
    var rules = JWTRules(issuer: Self.issuer, audience: "app")
    change(&rules)
    let set = try keys ?? KeySet(Array(jwkSet.utf8))
    return JWTVerifier([.init(rules, keys: set)], groups: groups, secrets: secrets)
  }
}

extension JWTVerifier {
  /// The verdict in words: the user's name, a refusal, or a question.
  func says(_ token: String, now: Double = TokenMint.now) -> String {
    switch verdict(on: Array(token.utf8).span, now: now) {
    case .taken(let holding): String(decoding: holding.holder.label, as: UTF8.self)
    case .refused(let refusal): "\(refusal)"
    case .asks(let issuer): "asks \(issuer)"
    }
  }

  func holder(_ token: String) -> TokenHolder? {
    guard case .taken(let holding) = verdict(on: Array(token.utf8).span, now: TokenMint.now) else { return nil }
    return holding.holder
  }
}
