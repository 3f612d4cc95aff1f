import Digest
import Testing
import Text

@testable import Guard

/// The attacks of RFC 8725 and of the published lists, each by its name.
@Suite struct JWTAttackTests {
  static let mint = TokenMint()
  static let good = mint.token()
  static let parts = good.split(separator: ".").map(String.init)
  static let publicKey = mint.key.publicKey

  /// What an attack is called, its token, and why it is refused.
  static let attacks: [(String, String, String)] = [
    ("alg none", TokenMint.encoded(#"{"alg":"none"}"#) + ".\(parts[1]).", "algorithm"),
    ("alg none with a signature", TokenMint.encoded(#"{"alg":"none"}"#) + ".\(parts[1]).\(parts[2])", "algorithm"),
    ("alg NoNe", TokenMint.encoded(#"{"alg":"NoNe"}"#) + ".\(parts[1]).", "algorithm"),
    ("alg absent", mint.token(#"{"kid":"one"}"#), "algorithm"),
    ("alg in lower case", mint.token(#"{"alg":"eddsa","kid":"one"}"#), "algorithm"),
    ("alg that is no text", mint.token(#"{"alg":["EdDSA"],"kid":"one"}"#), "algorithm"),
    ("signature stripped", "\(parts[0]).\(parts[1]).", "signature"),
    ("signature of zeros", "\(parts[0]).\(parts[1]).\(Base64.urlText([UInt8](repeating: 0, count: 64)))", "signature"),
    (
      "algorithm confusion: HS256 with the public key for a secret",
      TokenMint.secretToken(#"{"alg":"HS256","kid":"one"}"#, secret: publicKey), "algorithm"
    ),
    (
      "algorithm confusion: HS256 with the key set for a secret",
      TokenMint.secretToken(#"{"alg":"HS256","kid":"one"}"#, secret: Array(mint.jwkSet.utf8)), "algorithm"
    ),
    (
      "algorithm confusion: HS256 with an empty secret", TokenMint.secretToken(#"{"alg":"HS256"}"#, secret: []),
      "algorithm"
    ),
    (
      "own key in jwk",
      TokenMint.foreign(
        #"{"alg":"EdDSA","jwk":{"kty":"OKP","crv":"Ed25519","x":"\#(Base64.urlText(TokenMint.stranger.publicKey))"}}"#),
      "signature"
    ),
    ("own keys by jku", TokenMint.foreign(#"{"alg":"EdDSA","jku":"https://evil.example/jwks.json"}"#), "signature"),
    ("own certificate by x5u", TokenMint.foreign(#"{"alg":"EdDSA","x5u":"https://evil.example/cert"}"#), "signature"),
    ("own certificate in x5c", TokenMint.foreign(#"{"alg":"EdDSA","x5c":["MII="]}"#), "signature"),
    ("signed by a stranger with the kid of the issuer", TokenMint.foreign(TokenMint.header), "signature"),
    ("kid that is a path", TokenMint.foreign(#"{"alg":"EdDSA","kid":"../../dev/null"}"#), "asks 0"),
    ("kid that is SQL", TokenMint.foreign(#"{"alg":"EdDSA","kid":"' UNION SELECT 'x"}"#), "asks 0"),
    ("kid that is no text", mint.token(#"{"alg":"EdDSA","kid":1}"#), "malformed"),
    ("crit with an unknown extension", mint.token(#"{"alg":"EdDSA","kid":"one","crit":["exp"],"exp":1}"#), "critical"),
    ("crit that is empty", mint.token(#"{"alg":"EdDSA","kid":"one","crit":[]}"#), "critical"),
    ("b64 false", mint.token(#"{"alg":"EdDSA","kid":"one","b64":false,"crit":["b64"]}"#), "critical"),
    (
      "a token of another kind (cross-JWT confusion)", mint.token(#"{"alg":"EdDSA","kid":"one","typ":"dpop+jwt"}"#),
      "type"
    ),
    ("a logout token for a token", mint.token(#"{"alg":"EdDSA","kid":"one","typ":"logout+jwt"}"#), "type"),
    ("an alg twice", mint.token(#"{"alg":"none","alg":"EdDSA","kid":"one"}"#), "malformed"),
    ("an alg twice, once escaped", mint.token(#"{"\u0061lg":"none","alg":"EdDSA","kid":"one"}"#), "malformed"),
    ("a sub twice", mint.token(TokenMint.header, TokenMint.claims(#","sub":"bob""#)), "malformed"),
    ("a nested claim twice", mint.token(TokenMint.header, TokenMint.claims(#","a":{"b":1,"b":2}"#)), "malformed"),
    (
      "claims of another token", "\(parts[0]).\(TokenMint.encoded(TokenMint.claims(#","x":1"#))).\(parts[2])",
      "signature"
    ),
    ("another issuer", mint.token(TokenMint.header, TokenMint.claims(iss: "https://evil.example")), "issuer"),
    (
      "an issuer with a slash more", mint.token(TokenMint.header, TokenMint.claims(iss: TokenMint.issuer + "/")),
      "issuer"
    ),
    ("an issuer in capitals", mint.token(TokenMint.header, TokenMint.claims(iss: "https://ISSUER.example")), "issuer"),
    ("no issuer", mint.token(TokenMint.header, #"{"aud":"app","sub":"alice","exp":1800000600}"#), "issuer"),
    (
      "an issuer that is a list", mint.token(TokenMint.header, #"{"iss":["https://issuer.example"],"exp":1}"#), "issuer"
    ),
    ("another audience", mint.token(TokenMint.header, TokenMint.audience(#""other""#)), "audience"),
    ("an audience that begins alike", mint.token(TokenMint.header, TokenMint.audience(#""app2""#)), "audience"),
    ("an empty list of audiences", mint.token(TokenMint.header, TokenMint.audience("[]")), "audience"),
    ("an audience that is an object", mint.token(TokenMint.header, TokenMint.audience(#"{"app":1}"#)), "audience"),
    ("expired", mint.token(TokenMint.header, TokenMint.claims(exp: "1799999970")), "expired"),
    ("no exp", mint.token(TokenMint.header, #"{"iss":"https://issuer.example","aud":"app","sub":"a"}"#), "expiry"),
    ("an exp that is a text", mint.token(TokenMint.header, TokenMint.claims(exp: #""1800000600""#)), "expiry"),
    ("an exp without end", mint.token(TokenMint.header, TokenMint.claims(exp: "1e400")), "expiry"),
    ("an exp that wraps", mint.token(TokenMint.header, TokenMint.claims(exp: "18446744073709551616")), "expiry"),
    ("an exp below zero", mint.token(TokenMint.header, TokenMint.claims(exp: "-1")), "expiry"),
    ("an exp in milliseconds", mint.token(TokenMint.header, TokenMint.claims(exp: "1800000600000")), "expiry"),
    ("an exp years ahead", mint.token(TokenMint.header, TokenMint.claims(exp: "1900000000")), "expiry"),
    ("not valid yet", mint.token(TokenMint.header, TokenMint.claims(#","nbf":1800000031"#)), "early"),
    ("an nbf that is null", mint.token(TokenMint.header, TokenMint.claims(#","nbf":null"#)), "early"),
    ("issued in the future", mint.token(TokenMint.header, TokenMint.claims(#","iat":1800000031"#)), "early"),
    ("padded base64", good + "=", "malformed"),
    ("base64 of the other alphabet", good.replacing("_", with: "/") + "+", "malformed"),
    ("a last digit with bits to spare", TokenMint.spare(good), "malformed"),
    ("white space in front", " " + good, "malformed"),
    ("a line behind", good + "\n", "malformed"),
    ("bytes behind the header", TokenMint.encoded(TokenMint.header + "{}") + ".\(parts[1]).\(parts[2])", "malformed"),
    ("bytes behind the claims", mint.token(TokenMint.header, TokenMint.claims() + "x"), "malformed"),
    ("a fourth part", good + "." + parts[2], "malformed"),
    ("two parts", "\(parts[0]).\(parts[1])", "malformed"),
    ("an encrypted token", "\(parts[0])....\(parts[2])", "malformed"),
    ("the JSON form", #"{"payload":"\#(parts[1])","signatures":[]}"#, "malformed"),
    ("a header that is a list", mint.token("[]"), "malformed"),
    ("claims that are a list", mint.token(TokenMint.header, "[]"), "malformed"),
    ("claims that are no UTF-8", TokenMint.foreignBytes, "malformed"),
    ("claims nested deep", mint.token(TokenMint.header, String(repeating: "[", count: 4000)), "malformed"),
    (
      "an object nested deep",
      mint.token(TokenMint.header, TokenMint.claims(#","a":\#(String(repeating: "[", count: 17))"#)), "malformed"
    ),
    ("nothing", "", "malformed"), ("three empty parts", "..", "malformed"),
    ("dots alone", String(repeating: ".", count: 8192), "malformed"),
    (
      "too long", mint.token(TokenMint.header, TokenMint.claims(#","a":"\#(String(repeating: "a", count: 8000))""#)),
      "tooLong"
    ),
    ("10 MB of [", String(repeating: "[", count: 10 << 20), "tooLong"),
    (
      "no user", mint.token(TokenMint.header, #"{"iss":"https://issuer.example","aud":"app","exp":1800000600}"#), "user"
    ),
    ("an empty user", mint.token(TokenMint.header, TokenMint.user(#""""#)), "user"),
    ("a user that is an object", mint.token(TokenMint.header, TokenMint.user("{}")), "user"),
    ("a user that is a fraction", mint.token(TokenMint.header, TokenMint.user("1.5")), "user"),
    (
      "a user that is too long",
      mint.token(TokenMint.header, TokenMint.user(#""\#(String(repeating: "a", count: 257))""#)), "user"
    ),
  ]

  @Test("refuses", arguments: attacks)
  func refused(name: String, token: String, reason: String) throws {
    #expect(try Self.mint.verifier().says(token) == reason, "\(name)")
  }

  @Test("takes the token that they all resemble")
  func good() throws { #expect(try Self.mint.verifier().says(Self.good) == "alice") }

  @Test("takes no token under a secret that is signed otherwise, and none under a public key that a secret signs")
  func confusion() throws {
    let secret = try Self.mint.verifier(keys: KeySet(secret: TokenMint.secret))
    #expect(secret.says(TokenMint.secretToken(#"{"alg":"HS256"}"#)) == "alice")
    #expect(secret.says(TokenMint.secretToken(#"{"alg":"HS256","kid":"any"}"#)) == "alice")
    #expect(secret.says(Self.good) == "algorithm")
    #expect(secret.says(TokenMint.secretToken(#"{"alg":"HS512"}"#)) == "algorithm")
    #expect(secret.says(TokenMint.secretToken(#"{"alg":"HS256"}"#, secret: [])) == "signature")
    let narrowed = try Self.mint.verifier { $0.algorithms = [.es256] }
    #expect(narrowed.says(Self.good) == "algorithm")
  }

  @Test("changes of any byte make another token")
  func mutations() throws {
    let verifier = try Self.mint.verifier()
    let bytes = Array(Self.good.utf8)
    for index in bytes.indices {
      var other = bytes
      other[index] = other[index] == 65 ? 66 : 65
      #expect(verifier.says(String(decoding: other, as: UTF8.self)) != "alice", "\(index)")
    }
  }
}

extension TokenMint {
  static let stranger = Ed25519Key(seed: [UInt8](repeating: 9, count: 32))!

  /// A token that somebody else has signed.
  static func foreign(_ header: String) -> String {
    let signed = encoded(header) + "." + encoded(claims())
    return signed + "." + Base64.urlText(stranger.signature(of: Array(signed.utf8))!)
  }

  static let foreignBytes =
    encoded(header) + "." + Base64.urlText(Array(#"{"a":""#.utf8) + [0xFF] + Array(#""}"#.utf8)) + ".AA"

  static func audience(_ value: String) -> String {
    #"{"iss":"\#(issuer)","aud":\#(value),"sub":"alice","exp":1800000600}"#
  }

  static func user(_ value: String) -> String { #"{"iss":"\#(issuer)","aud":"app","sub":\#(value),"exp":1800000600}"# }

  /// The token with another last digit that means the same bytes to whoever does not look.
  static func spare(_ token: String) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    let last = digits.firstIndex(of: token.last!)!
    return token.dropLast() + String(digits[last + 1])
  }
}
