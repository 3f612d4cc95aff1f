import Testing

@testable import Guard

@Suite("forward_fields")
struct ForwardedFieldsTests {
  @Test("covers the very names that are listed, in any case, and no others")
  func names() throws {
    let fields = try ForwardedFields(["X-Fal-Request-Source", "accept-language"])
    func contains(_ name: String) -> Bool { fields.contains(Array(name.utf8).span) }
    for name in ["x-fal-request-source", "X-FAL-REQUEST-SOURCE", "Accept-Language"] { #expect(contains(name)) }
    for name in ["x-fal-request-sourc", "x-fal-request-sources", "x-fal-request_source", "accept", "", "x"] {
      #expect(!contains(name))
    }
    #expect(try !ForwardedFields([]).contains(Array("accept-language".utf8).span))
  }

  @Test(
    "refuses what is never forwarded from a client (protocol.md §3.2)",
    arguments: [
      "x-fal-target-url", "X-Fal-Client-Proxy", "x-fal-cdn-token", "x-fal-webhook", "x-fal-webhook-id",
      "x-fal-retry-config", "x-app-fal-can-disable-filter", "authorization", "cookie", "host", "connection", "te",
      "content-length", "transfer-encoding", "x-forwarded-for", "forwarded", "proxy-authorization", "sec-fetch-site",
      "access-control-request-method", "x-fal-authorization", "x-fal-user-id", "via", "upgrade", "content-encoding",
    ])
  func never(name: String) {
    #expect(throws: PatternError(problem: "names a field that is never forwarded from a client")) {
      try ForwardedFields([name])
    }
  }

  @Test(
    "refuses what is no name",
    arguments: ["", " ", "a b", "a:b", "x-*", "x_a", "x-a\r", "é", String(repeating: "a", count: 129)])
  func malformed(name: String) {
    #expect(throws: PatternError.self) { try ForwardedFields([name]) }
  }
}
