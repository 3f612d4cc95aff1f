import Guard
import Testing

@Suite struct AuthenticatorTests {
  static func decide(_ tokens: [String], _ value: String?) -> AuthenticationDecision {
    let bytes = value.map { Array($0.utf8) }
    return Authenticator(tokens: tokens.map { Array($0.utf8) }).decide(authorization: bytes?.span)
  }

  @Test("is open without tokens, whatever is presented")
  func open() {
    #expect(Self.decide([], nil) == .open)
    #expect(Self.decide([], "Bearer x") == .open)
  }

  @Test("tells a missing header from a wrong one")
  func missing() {
    #expect(Self.decide(["secret"], nil) == .missing)
    #expect(Self.decide(["secret"], "") == .rejected)
  }

  @Test(
    "accepts a configured bearer token; the scheme's case does not matter (RFC 9110 §11.1)",
    arguments: ["Bearer secret", "bearer secret", "BEARER secret", "Bearer   secret", "Bearer other", "Bearer sec"])
  func accepted(value: String) {
    #expect(Self.decide(["other", "secret", "sec"], value) == .accepted)
  }

  @Test(
    "rejects everything else",
    arguments: [
      "Bearer", "Bearer ", "Bearer secre", "Bearer secrets", "Bearer secretsecret", "Bearer SECRET", "Bearer secret ",
      "Bearersecret", "Basic secret", "Key secret", "secret", "Bearer other,secret", "Bearer\tsecret", "Bearer s\u{0}",
    ])
  func rejected(value: String) {
    #expect(Self.decide(["other", "secret"], value) == .rejected)
  }

  @Test("an empty configured token neither matches nor opens the door")
  func empty() {
    #expect(Self.decide([""], nil) == .missing)
    #expect(Self.decide([""], "Bearer ") == .rejected)
    #expect(Self.decide(["", "a"], "Bearer a") == .accepted)
  }

  @Test("prints no token")
  func redaction() {
    let authenticator = Authenticator(tokens: [Array("secret".utf8)])
    var dumped = ""
    dump(authenticator, to: &dumped)
    for text in ["\(authenticator)", String(reflecting: authenticator), dumped] {
      #expect(!text.contains("secret") && !text.contains("115"))
    }
  }
}
