import HTTPWire
import Testing
import Text

@testable import Relay

@Suite("What of fal's response head goes to the client")
struct ResponseHeadRulesTests {
  static let listed = [
    "content-type: image/png", "content-encoding: gzip", "content-language: en", "content-range: bytes 0-1/9",
    "content-disposition: attachment", "content-location: /a", "content-digest: sha-256=:x=:", "content-md5: x",
    "accept-ranges: bytes", "etag: \"a\"", "last-modified: x", "retry-after: 7", "date: x", "x-fal-request-id: r",
    "x-fal-runner-hints: a", "x-fal-runner-hint: a", "x-fal-something-new: x",
  ]

  static let unlisted = [
    // Caches, whatever their make.
    "cache-control: public", "expires: x", "pragma: x", "age: 1", "vary: *", "surrogate-control: max-age=1",
    "surrogate-key: a", "cdn-cache-control: public", "vendor-cdn-cache-control: public", "x-litespeed-tag: a",
    "no-vary-search: params", "cache-status: hit", "x-cache: HIT",
    // Servers in front that take orders.
    "x-accel-redirect: /a", "x-accel-buffering: yes", "x-reproxy-url: http://a", "x-litespeed-location: /a",
    "x-sendfile: /a", "x-lighttpd-send-file: /a", "x-some-order-of-tomorrow: /a",
    // The page's origin and its browser.
    "set-cookie: a=b", "content-security-policy: x", "content-security-policy-report-only: x", "origin-trial: x",
    "accept-ch: dpr", "critical-ch: dpr", "login-status: logged-in", "speculation-rules: \"/a\"",
    "www-authenticate: Basic", "authentication-info: x", "link: </a>; rel=preload", "refresh: 0", "sourcemap: /a",
    "strict-transport-security: max-age=1", "clear-site-data: \"*\"", "access-control-allow-origin: *",
    "timing-allow-origin: *", "permissions-policy: x", "referrer-policy: x", "document-policy: x",
    "cross-origin-opener-policy: x", "x-frame-options: DENY", "x-content-type-options: nosniff", "x-open: 1",
    "report-to: {}", "reporting-endpoints: a", "nel: {}", "service-worker-allowed: /", "activate-storage-access: load",
    // Servers behind.
    "server: x", "via: x", "alt-svc: h3", "x-powered-by: x", "server-timing: a", "x-request-id: a", "allow: GET",
    // Fields of requests, and of fal's own systems.
    "authorization: Key a", "host: a", "expect: a", "cookie: a", "range: a", "if-none-match: a", "accept: a",
    "accept-encoding: a", "user-agent: a", "traceparent: a", "origin: a", "x-fal-target-url: a", "x-fal-cdn-token: a",
    "x-fal-client-proxy: a", "x-fal-authorization: a", "x-fal-user-id: a", "x-app-fal-disable-fallback: a",
    // What a layer that makes variables of names takes for another field.
    "x-fal_request-id: a", "x_fal_request_id: a", "x-fal-request_id: a", "x-fal-client_proxy: a", "x-fal-a.b: a",
    "content_type: a", "content-dis_position: a", "content-security_policy: a", "x-fal-: a", "content-: a",
    // Framing and the connection.
    "transfer-encoding: chunked", "keep-alive: a", "trailer: a", "upgrade: a", "te: a", "proxy-authenticate: a",
  ]

  /// The field lines that the client gets of an answer with these.
  private func lines(_ lines: [String], status: Int = 200) throws -> [String] {
    let bytes = Array("HTTP/1.1 \(status) X\r\n\(lines.map { $0 + "\r\n" }.joined())\r\n".utf8)
    var parser = ResponseHeadParser(limits: HeadLimits())
    var scanned = 0
    let length = try parser.parse(bytes.span, answering: .get, scanned: &scanned)
    #expect(length == bytes.count)
    let head = parser.head
    var memory = [UInt8](repeating: 0, count: bytes.count + 128)
    let (count, saysDate) = memory.withUnsafeMutableBytes { memory in
      var writer = HeadWriter(memory)
      let saysDate = ResponseHeadRules.write(&writer, head: head, bytes.span)
      return (writer.count, saysDate)
    }
    let written = String(decoding: memory[..<count], as: UTF8.self).split(separator: "\r\n").map { String($0) }
    #expect(saysDate == written.contains { $0.lowercased().hasPrefix("date:") })
    return written
  }

  private static let control = "cache-control: private, no-store"

  @Test("what is listed passes as it is, in any letter case", arguments: listed)
  func passing(line: String) throws {
    #expect(try lines([line]) == [line, Self.control])
    let name = line.prefix { $0 != ":" }
    let shouted = name.uppercased() + line.dropFirst(name.count)
    #expect(try lines([shouted]) == [shouted, Self.control])
  }

  @Test("everything else is left out, in any letter case", arguments: unlisted)
  func dropped(line: String) throws {
    #expect(try lines([line, "x-fal-request-id: r"]) == ["x-fal-request-id: r", Self.control])
    let name = line.prefix { $0 != ":" }
    #expect(try lines([name.uppercased() + line.dropFirst(name.count)]) == [Self.control])
  }

  @Test("what passes keeps its order")
  func order() throws {
    #expect(try lines(Self.listed) == Self.listed + [Self.control])
  }

  @Test("what Connection names is left out, listed or not (RFC 9110 §7.6.1)", arguments: listed)
  func namedByConnection(line: String) throws {
    let name = line.prefix { $0 != ":" }
    #expect(try lines(["connection: close, \(name)", line]) == [Self.control])
  }

  @Test(
    "a Location stands where it has a meaning (RFC 9110 §10.2.2)",
    arguments: [
      (200, false), (201, true), (202, false), (206, false), (300, true), (301, true), (302, true), (303, true),
      (307, true), (308, true), (399, true), (400, false), (401, false), (404, false), (429, false), (500, false),
    ])
  func location(status: Int, stands: Bool) throws {
    #expect(try lines(["location: /a"], status: status) == (stands ? ["location: /a"] : []) + [Self.control])
  }

  @Test(
    "of a field that may stand once the first passes alone",
    arguments: [
      "content-type", "content-range", "content-disposition", "content-location", "date", "etag", "last-modified",
      "location", "retry-after",
    ])
  func first(name: String) throws {
    let sent = ["\(name): a", "x-fal-error-type: x", "\(name.uppercased()): b", "\(name): a"]
    #expect(try lines(sent, status: 301) == ["\(name): a", "x-fal-error-type: x", Self.control])
  }

  @Test("all lines of a list pass", arguments: ["content-encoding", "content-language", "accept-ranges"])
  func lists(name: String) throws {
    #expect(try lines(["\(name): a", "\(name): b"]) == ["\(name): a", "\(name): b", Self.control])
  }

  @Test("an event stream asks proxies in front to hand it on at once, whatever fal says")
  func eventStream() throws {
    let sent = ["content-type: Text/Event-Stream; charset=utf-8", "cache-control: public", "x-accel-buffering: yes"]
    #expect(
      try lines(sent) == [sent[0], "cache-control: private, no-store, no-transform", "x-accel-buffering: no"])
    let second = ["content-type: application/json", "content-type: text/event-stream"]
    #expect(try lines(second) == [second[0], Self.control])
  }
}
