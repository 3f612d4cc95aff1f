import HTTPWire
import Testing

@testable import Guard

@Suite("Where a credential is looked for")
struct CredentialSourcesTests {
  /// What is found in a request with these field lines: the token, or a word.
  private func find(_ sources: [String], _ lines: [String], cookiesCount: Bool = true) throws -> String {
    let bytes = Array((["GET / HTTP/1.1", "host: a"] + lines).map { $0 + "\r\n" }.joined().utf8) + [13, 10]
    var parser = RequestHeadParser(limits: HeadLimits())
    var scanned = 0
    _ = try #require(try parser.parse(bytes.span, scanned: &scanned))
    let finding = try CredentialSources(sources)
      .find(in: parser.head.fields.lines, bytes.span, cookiesCount: cookiesCount)
    switch finding {
    case .token(let range): return "token " + String(decoding: bytes[range], as: UTF8.self)
    case .nothing: return "nothing"
    case .invalid: return "invalid"
    case .foreignCookie: return "foreign"
    }
  }

  private static let all = ["authorization", "header:X-App-Token", "cookie:session"]

  @Test(
    "the first source that holds one has the word, valid or not",
    arguments: [
      ([], "nothing"), (["authorization: Bearer a", "x-app-token: b", "cookie: session=c"], "token a"),
      (["authorization: Key a"], "token a"), (["authorization: Basic a", "x-app-token: b"], "invalid"),
      (["X-APP-Token: b", "cookie: session=c"], "token b"), (["x-app-token: b", "x-app-token: b"], "invalid"),
      (["x-app-token:", "cookie: session=c"], "token "), (["cookie: session=c"], "token c"),
      (["x-app-tokens: b", "x-app_token: b"], "nothing"), (["authorization: Bearer"], "invalid"),
    ])
  func order(lines: [String], expected: String) throws {
    #expect(try find(Self.all, lines) == expected)
  }

  @Test("one that is not listed is not looked at")
  func unlisted() throws {
    let lines = ["authorization: Bearer a", "x-app-token: b", "cookie: session=c"]
    #expect(try find(["authorization"], lines) == "token a")
    #expect(try find(["header:x-app-token"], lines) == "token b")
    #expect(try find(["cookie:session", "authorization"], lines) == "token c")
    #expect(try find(["cookie:other"], lines) == "nothing")
  }

  @Test(
    "a cookie is read as browsers write it (RFC 6265 §5.4), and two of the name are none",
    arguments: [
      ("session=c", "token c"), ("a=b; session=c; d=e", "token c"), ("a=b;session=c", "token c"),
      ("session=\"c\"", "token \"c\""), ("session=c=d", "token c=d"), ("session=", "token "), ("session=c;", "token c"),
      ("Session=c", "nothing"), ("session", "nothing"), ("xsession=c", "nothing"), ("session =c", "nothing"),
      ("a=session=c", "nothing"), ("a=b;  session=c", "nothing"), ("a=\"; session=c", "token c"),
      ("=session=c", "nothing"),
      ("session=c; session=d", "invalid"), ("session=c; a=b; session=c", "invalid"), (";;; session=c", "token c"),
    ])
  func cookies(value: String, expected: String) throws {
    #expect(try find(["cookie:session"], ["cookie: \(value)"]) == expected)
    #expect(try find(["cookie:session"], ["cookie: a=b", "cookie: \(value)"]) == expected)
    let foreign = expected.hasPrefix("token") || expected == "invalid" ? "foreign" : expected
    #expect(try find(["cookie:session"], ["cookie: \(value)"], cookiesCount: false) == foreign)
  }

  @Test("two cookies of the name in two fields are none either")
  func twoFields() throws {
    #expect(try find(["cookie:session"], ["cookie: session=c", "cookie: session=d"]) == "invalid")
  }

  @Test(
    "refuses what is no source, and names that mean something else",
    arguments: [
      "", "bearer", "Authorization", "header", "header:", "cookie:", "cookie:a b", "cookie:a=b", "header:a b",
      "header:x_app_token", "header:authorization", "header:Cookie", "header:x-fal-target-url", "header:x-fal-anything",
      "header:host", "header:x-request-id", "header:origin", "header:user-agent", "query:token", "@default",
    ])
  func refused(text: String) {
    #expect(throws: PatternError.self) { try CredentialSources([text]) }
  }

  @Test("only pages that were named may send cookies")
  func pages() {
    let all: [OriginDecision] = [.absent, .sameOrigin, .allowed, .anyAllowed, .refused]
    #expect(all.filter(\.maySendCookies) == [.sameOrigin, .allowed])
  }
}
