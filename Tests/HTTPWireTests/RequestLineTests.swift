import HTTPWire
import Testing

@Suite("Request line")
struct RequestLineTests {
  @Test(
    "knows the methods by their exact token (RFC 9110 §9.1)",
    arguments: [
      ("GET", Method.get), ("HEAD", .head), ("POST", .post), ("PUT", .put), ("OPTIONS", .options),
      ("DELETE", .other), ("PATCH", .other), ("TRACE", .other), ("get", .other), ("Get", .other), ("GETT", .other),
      ("GE", .other), ("POSt", .other), ("HEAd", .other), ("OPTIONs", .other), ("!#$%&'*+-.^_`|~09az", .other),
    ])
  func methods(token: String, method: Method) {
    let head = RequestOutcome("\(token) / HTTP/1.1\r\nHost: a\r\n\r\n").head
    #expect(head?.method == method)
    #expect(head?.token == token)
  }

  @Test("takes exactly the 77 bytes of token in a method (RFC 9110 §5.6.2)")
  func methodBytes() {
    let marks = Array("!#$%&'*+-.^_`|~".utf8)
    for byte in UInt8.min...UInt8.max {
      let isToken = (0x30...0x39 ~= byte) || (0x41...0x5A ~= byte) || (0x61...0x7A ~= byte) || marks.contains(byte)
      let outcome = RequestOutcome(bytes("M") + [byte] + bytes("M / HTTP/1.1\r\nHost: a\r\n\r\n"))
      #expect((outcome.head?.token.utf8.count == 3) == isToken, "byte \(byte)")
    }
  }

  @Test("takes visible ASCII without the fragment sign in a target (RFC 9112 §3.2)")
  func targetBytes() {
    for byte in UInt8.min...UInt8.max {
      let isFine = byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "#")
      let outcome = RequestOutcome(bytes("GET /a") + [byte] + bytes("b HTTP/1.1\r\nHost: a\r\n\r\n"))
      #expect((outcome.head?.path.utf8.count == 4) == isFine, "byte \(byte)")
      if !isFine { #expect(outcome.error != nil, "byte \(byte)") }
    }
  }

  @Test(
    "brings the four forms of a target to a path (RFC 9112 §3.2)",
    arguments: [
      ("GET /", "/", "h.test"), ("GET /a/b?c=d", "/a/b?c=d", "h.test"), ("GET //x", "//x", "h.test"),
      ("GET http://o.test/p?q", "/p?q", "o.test"), ("GET HTTPS://o.test:8443/p", "/p", "o.test:8443"),
      ("GET hTTp://[::1]:80/p", "/p", "[::1]:80"), ("GET http://o.test", "", "o.test"),
      ("GET http://o.test?q", "?q", "o.test"), ("OPTIONS *", "*", "h.test"),
      ("CONNECT o.test:443", "o.test:443", "h.test"),
    ])
  func forms(start: String, path: String, authority: String) {
    let head = RequestOutcome("\(start) HTTP/1.1\r\nHost: h.test\r\n\r\n").head
    #expect(head?.path == path)
    #expect(head?.authority == authority)
  }

  @Test(
    "refuses targets in no form of RFC 9112 §3.2, and forms the method does not allow",
    arguments: [
      "GET *", "POST *", "OPTIONS *x", "OPTIONS **", "GET a.test", "GET a.test:80", "GET ?q", "GET ftp://a.test/",
      "GET http:/a", "GET http:a", "GET http://", "GET http:///p", "GET http://u@a.test/", "GET http://u:p@a.test/",
      "GET http://a.test:x/", "GET http://a b/", "GET http://a%2Fb/", "GET http://a\\b/", "GET http://[::1/",
      "GET http://:80/", "GET /a#b", "GET #", "GET file:///etc/passwd", "GET javascript:x", "GET ../x", "GET \\x",
    ])
  func badForms(start: String) {
    #expect(RequestOutcome("\(start) HTTP/1.1\r\nHost: h.test\r\n\r\n").error?.isPlainRefusal == true)
  }

  @Test(
    "takes HTTP/1.0, 1.1 and later minors of 1 (RFC 9110 §2.5)",
    arguments: [("1.0", true), ("1.1", false), ("1.2", false), ("1.9", false)])
  func versions(version: String, isHTTP10: Bool) {
    #expect(RequestOutcome("GET / HTTP/\(version)\r\nHost: a\r\n\r\n").head?.isHTTP10 == isHTTP10)
  }

  @Test("answers another major version with 505 (RFC 9110 §15.6.6)", arguments: ["0.9", "2.0", "2.1", "3.0", "9.9"])
  func otherMajors(version: String) {
    #expect(RequestOutcome("GET / HTTP/\(version)\r\nHost: a\r\n\r\n").error == .unsupportedVersion)
  }

  @Test(
    "refuses what is no HTTP-version (RFC 9112 §2.3)",
    arguments: [
      "http/1.1", "HTTP/1", "HTTP/1.", "HTTP/.1", "HTTP/11", "HTTP/1.10", "HTTP/01.1", "HTTP/1,1", "HTTP 1.1",
      "HTTP/ 1.1", "HTTP/1. 1", "HTTP/1.1 ", "HTTP/1.1\t", "HTTP/+1.1", "HTTP/1.x", "HTTPS/1.1", "HTP/1.1", "ICY/1.1",
      "HTTP/1.1;x", "HTTP\\1.1", "Http/1.1", " HTTP/1.1", "\tHTTP/1.1",
    ])
  func badVersions(version: String) {
    #expect(RequestOutcome("GET / \(version)\r\nHost: a\r\n\r\n").error == .malformedStartLine)
  }

  @Test(
    "allows exactly one space between the parts and no other whitespace (RFC 9112 §3)",
    arguments: [
      " GET / HTTP/1.1", "\tGET / HTTP/1.1", "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET\t/ HTTP/1.1", "GET /\tHTTP/1.1",
      "GET\u{B}/ HTTP/1.1", "GET /\u{C}HTTP/1.1", "GET / HTTP/1.1 x", "GET /", "GET", "GET ", "GET / ", "/ HTTP/1.1",
      " / HTTP/1.1", "GET  HTTP/1.1", "GET /a b HTTP/1.1", "\u{0}GET / HTTP/1.1", "GET\u{0} / HTTP/1.1",
      "GET: / HTTP/1.1",
      "(GET) / HTTP/1.1", "\"GET\" / HTTP/1.1", "G\u{E9}T / HTTP/1.1", "GET /\u{E9} HTTP/1.1", "\u{FEFF}GET / HTTP/1.1",
    ])
  func whitespace(line: String) {
    #expect(RequestOutcome("\(line)\r\nHost: a\r\n\r\n").error == .malformedStartLine)
  }

  @Test("passes over empty lines before the request line (RFC 9112 §2.2)", arguments: 0...4)
  func emptyLines(count: Int) {
    let head = String(repeating: "\r\n", count: count) + get()
    #expect(RequestOutcome(head).head?.length == head.utf8.count)
    #expect(RequestOutcome(head).head?.token == "GET")
  }

  @Test(
    "refuses bare CR and bare LF in and around the request line (RFC 9112 §2.2)",
    arguments: [
      "GET / HTTP/1.1\nHost: a\r\n\r\n", "GET / HTTP/1.1\rHost: a\r\n\r\n", "GET / HTTP/1.1\r\rHost: a\r\n\r\n",
      "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "\r\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "\r\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET\n/ HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /\nHTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /\rHTTP/1.1\r\nHost: a\r\n\r\n", "GET /\r\n\r\n", "GET /\n\n", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n",
    ])
  func bareTerminators(head: String) {
    #expect(RequestOutcome(head).error?.isPlainRefusal == true)
  }
}
