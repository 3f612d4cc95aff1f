import Testing

@testable import Settings

@Suite("auth.jwt")
struct JWTSettingsTests {
  @Test("reads an issuer, with the defaults of what is left out")
  func issuer() throws {
    let yaml = """
      auth:
        jwt:
          - issuer: https://a.example/
            audience: app
            keys: discover
            require:
              role: [admin, editor]
              email_verified: true
              https://a.example/plan: pro
            max_age: 1h
          - issuer: b
            audience: none
            secret_file: /run/secret
            algorithms: [HS256]
            group_claim: app.plan
      """
    let loaded = load(yaml)
    #expect(loaded.faults.isEmpty, "\(loaded.faults)")
    let (one, two) = (loaded.settings.auth.jwt[0], loaded.settings.auth.jwt[1])
    #expect(one.issuer == "https://a.example/" && one.keys == Settings.JWTIssuer.discovery && one.userClaim == "sub")
    #expect(
      one.require == ["role": ["admin", "editor"], "email_verified": ["true"], "https://a.example/plan": ["pro"]])
    #expect(one.maxAge == .seconds(3600) && one.leeway == .seconds(30) && one.stale == .seconds(24 * 3600))
    #expect(one.refresh == .seconds(600) && one.algorithms.isEmpty && one.types.isEmpty && one.secretFile.isEmpty)
    #expect(two.audience == Settings.JWTIssuer.anyAudience && two.keys.isEmpty && two.secretFile == "/run/secret")
    #expect(two.algorithms == ["HS256"] && two.groupClaim == "app.plan")
    #expect(loaded.settings.auth.asksForJWT && loaded.settings.auth.asksForTokens && loaded.settings.sealsJobs)
  }

  @Test(
    "names what is wrong",
    arguments: [
      ("- audience: a", "F:3: auth.jwt[1].issuer: this key is missing; expected visible characters"),
      ("- issuer: a", "F:3: auth.jwt[1].audience: this key is missing; expected visible characters"),
      ("- issuer: a b\n      audience: a", "F:3: auth.jwt[1].issuer: expected visible characters"),
      (
        "- issuer: a\n      audience: a\n      require:\n        role:\n          a: b",
        "F:6: auth.jwt[1].require: entry 1: expected claims and a value, or a list of values, for each, not a map"
      ),
      (
        "- issuer: a\n      audience: a\n      require:\n        role: []",
        "F:6: auth.jwt[1].require: entry 1: expected claims and a value, or a list of values, for each, not a list"
      ),
      (
        "- issuer: a\n      audience: a\n      user_clam: x",
        "F:5: unknown key auth.jwt[1].user_clam; did you mean auth.jwt[1].user_claim?"
      ),
    ])
  func refused(entry: String, fault: String) {
    #expect(faults("auth:\n  jwt:\n    \(entry)\n") == [fault])
  }

  @Test(
    "asks for tokens of the one kind or the other",
    arguments: [
      ("auto", "[]", false, false), ("auto", "jwt", true, true), ("none", "jwt", false, false),
      ("tokens", "jwt", true, false), ("jwt", "[]", true, true),
    ])
  func mode(mode: String, list: String, asks: Bool, asksForJWT: Bool) {
    let entries = list == "[]" ? " []" : "\n    - issuer: a\n      audience: b"
    let auth = load("auth:\n  mode: \(mode)\n  jwt:\(entries)\n").settings.auth
    #expect(auth.asksForTokens == asks && auth.asksForJWT == asksForJWT)
  }
}
