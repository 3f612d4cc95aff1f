import HTTPWire
import Testing

@testable import Upstream

@Suite("Head of the proxy's own requests")
struct FetchHeadTests {
  private static func request(
    _ method: HTTPWire.Method = .get, host: String = "keys.example", port: Int = 443, isTLS: Bool = true,
    target: String = "/", fields: [FetchField] = [], content: String = ""
  ) -> FetchRequest {
    var request = FetchRequest(
      method, FetchDestination(host: host, port: port, isTLS: isTLS, target: target))
    request.fields = fields
    request.content = Array(content.utf8)
    return request
  }

  @Test(
    "is written as HTTP/1.1",
    arguments: [
      (
        request(target: "/.well-known/jwks.json?v=1"),
        "GET /.well-known/jwks.json?v=1 HTTP/1.1|host: keys.example|connection: close|accept-encoding: identity||"
      ),
      (
        request(port: 8443, fields: [FetchField("Accept-Encoding", "gzip"), FetchField("x-a", "b: c")]),
        "GET / HTTP/1.1|host: keys.example:8443|connection: close|Accept-Encoding: gzip|x-a: b: c||"
      ),
      (
        request(.post, content: "{}"),
        "POST / HTTP/1.1|host: keys.example|connection: close|accept-encoding: identity|content-length: 2||"
      ),
      (
        request(.put),
        "PUT / HTTP/1.1|host: keys.example|connection: close|accept-encoding: identity|content-length: 0||"
      ),
      (
        request(.head, host: "::1", port: 80, isTLS: false),
        "HEAD / HTTP/1.1|host: [::1]|connection: close|accept-encoding: identity||"
      ),
      (
        request(host: "127.0.0.1", port: 443, isTLS: false),
        "GET / HTTP/1.1|host: 127.0.0.1:443|connection: close|accept-encoding: identity||"
      ),
      (
        request(host: "2001:db8::1", port: 444),
        "GET / HTTP/1.1|host: [2001:db8::1]:444|connection: close|accept-encoding: identity||"
      ),
    ])
  func written(request: FetchRequest, text: String) throws {
    let bytes = try FetchHead.bytes(of: request)
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\r\n"))
  }

  @Test(
    "is refused where a value could become something else",
    arguments: [
      (request(target: "/a b"), FetchError.Cause.invalid(.malformedStartLine)),
      (request(target: "/a HTTP/1.1\r\nx: y\r\n\r\n"), .invalid(.invalidHost)),
      (request(target: "/a HTTP/1.1\r\nhost: a.example\r\n\r\n"), .invalid(.malformedField)),
      (request(target: "/a HTTP/1.1\r\nx:"), .invalid(.malformedField)),
      (request(target: "/a\r\nx"), .invalid(.malformedStartLine)),
      (request(target: "/a#b"), .invalid(.malformedStartLine)),
      (request(target: "/ä"), .invalid(.malformedStartLine)),
      (request(target: ""), .reserved),
      (request(target: "*"), .reserved),
      (request(target: "http://else.example/"), .reserved),
      (request(.connect), .reserved),
      (request(.other), .reserved),
      (request(host: "a.example\r\nx: y"), .invalid(.invalidHost)),
      (request(host: "a.example\r\nx"), .invalid(.malformedField)),
      (request(host: "a.example/"), .invalid(.invalidHost)),
      (request(host: "user@a.example"), .invalid(.invalidHost)),
      (request(host: ""), .invalid(.invalidHost)),
      (request(host: "a.example:1"), .invalid(.invalidHost)),
      (request(port: 0), .invalid(.invalidHost)),
      (request(port: 65_536), .invalid(.invalidHost)),
      (request(fields: [FetchField("x", "a\r\ny: b")]), .invalid(.malformedField)),
      (request(fields: [FetchField("x", "a\r\n\r\nGET / HTTP/1.1")]), .invalid(.malformedField)),
      (request(fields: [FetchField("x", "a\nb")]), .invalid(.bareLineTerminator)),
      (request(fields: [FetchField("x", "a\0b")]), .invalid(.malformedField)),
      (request(fields: [FetchField("", "a")]), .invalid(.malformedField)),
      (request(fields: [FetchField("x ", "a")]), .invalid(.malformedField)),
      (request(fields: [FetchField("x\r\ny", "a")]), .invalid(.malformedField)),
      (request(fields: [FetchField("x: a\r\ny", "a")]), .invalid(.malformedField)),
      (
        request(fields: [FetchField("authorization", "a"), FetchField("Authorization", "b")]), .invalid(.duplicateField)
      ),
      (request(fields: [FetchField("Host", "b.example")]), .invalid(.invalidHost)),
      (request(fields: [FetchField("Connection", "keep-alive")]), .reserved),
      (request(fields: [FetchField("content-length", "5")]), .invalid(.unexpectedContent)),
      (request(.post, fields: [FetchField("content-length", "5")]), .invalid(.invalidContentLength)),
      (request(.post, fields: [FetchField("transfer-encoding", "chunked")]), .invalid(.conflictingFraming)),
      (request(fields: [FetchField("transfer-encoding", "chunked")]), .invalid(.unexpectedContent)),
      (request(fields: [FetchField("expect", "100-continue")]), .reserved),
      (request(fields: [FetchField("te", "trailers")]), .reserved),
      (request(fields: [FetchField("trailer", "x")]), .reserved),
      (request(fields: [FetchField("upgrade", "h2c")]), .reserved),
      (request(fields: [FetchField("proxy-connection", "close")]), .reserved),
      (request(content: "x"), .invalid(.unexpectedContent)),
      (request(fields: Array(repeating: FetchField("x", "y"), count: 100)), .invalid(.tooManyFields)),
      (request(fields: [FetchField("x", String(repeating: "y", count: 40_000))]), .invalid(.headTooLarge)),
      (request(target: "/" + String(repeating: "y", count: 9000)), .invalid(.targetTooLong)),
      (request(isTLS: false), .plainText),
      (request(host: "10.0.0.1", isTLS: false), .plainText),
      (request(host: "app.localhost", isTLS: false), .plainText),
    ])
  func refused(request: FetchRequest, cause: FetchError.Cause) {
    #expect(throws: cause) { try FetchHead.bytes(of: request) }
  }
}
