import Digest
import Testing
import Text

@testable import Guard

@Suite struct JWTVerifierTests {
  let mint = TokenMint()

  @Test(
    "allows for clocks that differ, and for no more",
    arguments: [
      ("1799999971", "", "alice"), ("1799999970", "", "expired"), ("1800000600", #","nbf":1800000030"#, "alice"),
      ("1800000600", #","nbf":1800000031"#, "early"), ("1800086430", "", "alice"), ("1800086431", "", "expiry"),
      ("1800000600.5", "", "alice"), ("1.8000006e9", "", "alice"), ("1800000600", #","iat":1799990000"#, "alice"),
    ])
  func times(exp: String, more: String, said: String) throws {
    let token = mint.token(TokenMint.header, TokenMint.claims(more, exp: exp))
    #expect(try mint.verifier().says(token) == said)
  }

  @Test(
    "takes tokens of these types", arguments: [nil, "JWT", "jwt", "at+jwt", "application/at+JWT", "other", "id+jwt"])
  func types(type: String?) throws {
    let header = type.map { #"{"alg":"EdDSA","kid":"one","typ":"\#($0)"}"# } ?? #"{"alg":"EdDSA","kid":"one"}"#
    let token = mint.token(header)
    let isStandard = type != "other" && type != "id+jwt"
    #expect(try mint.verifier().says(token) == (isStandard ? "alice" : "type"))
    #expect(try mint.verifier { $0.types = ["id+JWT"] }.says(token) == (type == "id+jwt" ? "alice" : "type"))
  }

  @Test("takes one audience of many, and any where it does not matter")
  func audiences() throws {
    let many = mint.token(TokenMint.header, TokenMint.audience(#"["other","app",5]"#))
    let none = mint.token(TokenMint.header, #"{"iss":"\#(TokenMint.issuer)","sub":"alice","exp":1800000600}"#)
    #expect(try mint.verifier().says(many) == "alice")
    #expect(try mint.verifier().says(none) == "audience")
    #expect(try mint.verifier { $0.audience = nil }.says(none) == "alice")
  }

  @Test(
    "asks for claims",
    arguments: [
      ("email_verified", ["true"], "alice"), ("email_verified", ["false"], "requirement"),
      ("level", ["3", "4"], "alice"),
      ("roles", ["admin"], "alice"), ("roles", ["root", "editor"], "alice"), ("roles", ["root"], "requirement"),
      ("app.role", ["pro"], "alice"), ("app.plan", ["pro"], "requirement"), ("https://x.example/a.b", ["yes"], "alice"),
      ("absent", ["null"], "requirement"), ("nothing", ["null"], "requirement"), ("app", ["pro"], "requirement"),
    ])
  func require(claim: String, values: [String], said: String) throws {
    let more =
      #","email_verified":true,"level":3,"roles":["editor","admin"],"app":{"role":"pro"},"https://x.example/a.b":"yes","#
      + #""nothing":null"#
    let path = try #require(ClaimPath(claim))
    let token = mint.token(TokenMint.header, TokenMint.claims(more))
    #expect(try mint.verifier { $0.require = [(path, values)] }.says(token) == said)
  }

  @Test(
    "puts a caller into the group that its claim names",
    arguments: [
      ("", 1, true), (#","g":"pro""#, 0, true), (#","g":"other""#, nil, false),
      (#","g":["x","default","pro"]"#, 0, true),
      (#","g":["x"]"#, nil, false), (#","g":[]"#, 1, true), (#","g":null"#, 1, true), (#","g":5"#, nil, false),
      (#","g":{}"#, nil, false), (#","g":"PRO""#, nil, false),
    ] as [(String, Int?, Bool)])
  func groups(more: String, group: Int?, isKnown: Bool) throws {
    let verifier = try mint.verifier(groups: ["pro", "default"]) { $0.groupClaim = ClaimPath("g") }
    let holder = try #require(verifier.holder(mint.token(TokenMint.header, TokenMint.claims(more))))
    #expect(holder.caller.group == group && holder.isGroupKnown == isKnown)
  }

  @Test("knows a user by issuer and claim together, whatever token or group")
  func identity() throws {
    func identity(_ issuer: String, _ user: String, more: String = "", secrets: CallerSecrets = TokenMint.secrets)
      throws
      -> Caller
    {
      let verifier = try mint.verifier(secrets: secrets) {
        $0.issuer = issuer
        $0.userClaim = "u"
      }
      let claims = TokenMint.claims(#","u":\#(user)\#(more)"#, iss: issuer)
      return try #require(verifier.holder(mint.token(TokenMint.header, claims))).caller
    }
    let alice = try identity("a", #""bc""#).identity
    #expect(try identity("a", #""bc""#, more: #","iat":1"#).identity == alice)
    #expect(try identity("ab", #""c""#).identity != alice)
    #expect(try identity("a", #""bd""#).identity != alice)
    #expect(try identity("a", "12").identity == identity("a", #""12""#).identity)
    let rotated = try identity("a", #""bc""#, secrets: CallerSecrets([[9], [1, 2, 3]]))
    #expect(rotated.identity != alice && rotated.former == [alice])
  }

  @Test("two issuers' users of one name have accounts of their own, however they are spelled")
  func accounts() throws {
    func account(_ issuer: String, _ user: String) throws -> String {
      let verifier = try mint.verifier { $0.issuer = issuer }
      let claims = #"{"iss":"\#(issuer)","sub":"\#(user)","aud":"app","exp":1800000600}"#
      return try #require(verifier.holder(mint.token(TokenMint.header, claims))).account
    }
    #expect(try account("https://a.example", "u 1") == "https://a.example u 1")
    #expect(try account("a", "b c") != account("a b", "c"))
    #expect(try account("a", "b") != account("c", "b"))
  }

  @Test("asks for keys that are not here, once the token is worth it")
  func asks() throws {
    let none = try mint.verifier(keys: .some(nil))
    #expect(none.says(mint.token()) == "asks 0")
    #expect(none.says(mint.token(TokenMint.header, TokenMint.claims(exp: "1"))) == "expired")
    #expect(none.refusal(askedInVain: 0) == .unavailable)
    let some = try mint.verifier()
    #expect(some.says(mint.token(#"{"alg":"EdDSA","kid":"two"}"#)) == "asks 0")
    #expect(some.refusal(askedInVain: 0) == .key)
  }

  @Test("remembers a token until it ends, and under one verifier only")
  func remembered() throws {
    let remembered = RememberedTokens()
    let (token, verifier) = (Array(mint.token().utf8), try mint.verifier())
    func holder(_ verifier: JWTVerifier, _ now: Double = TokenMint.now) -> TokenHolder? {
      guard case .taken(let holding) = remembered.verdict(of: verifier, on: token.span, now: now) else { return nil }
      return holding.holder
    }
    let first = try #require(holder(verifier))
    #expect(holder(verifier) === first && holder(verifier, 1_800_000_629) === first)
    #expect(holder(verifier, 1_800_000_630) == nil)
    let again = try #require(holder(verifier))
    #expect(again !== first)
    let other = try mint.verifier { $0.require = [(try! #require(ClaimPath("x")), ["y"])] }
    #expect(holder(other) == nil)
  }

  @Test("reads where a claim stands", arguments: ["", ".", "a.", ".a", "a..b"])
  func paths(text: String) { #expect(ClaimPath(text) == nil) }
}
