import HTTPWire
import Testing

@Suite("Response framing")
struct ResponseFramingTests {
  private func head(_ status: Int, _ lines: [String], _ method: Method, version: String = "1.1") -> ResponseProbe? {
    ResponseOutcome(bytes(request("HTTP/\(version) \(status) x", lines)), answering: method).head
  }

  static let methods = [Method.get, .post, .put, .options]

  @Test("reads the length of an answer from Content-Length (RFC 9112 §6.3)", arguments: methods)
  func length(method: Method) {
    let head = head(200, ["Content-Length: 5"], method)
    #expect(head?.framing == .contentLength(5) && head?.isPersistent == true && head?.statedLength == nil)
    let empty = self.head(200, ["Content-Length: 0"], method)
    #expect(empty?.framing == BodyFraming.none && empty?.statedLength == 0 && empty?.isPersistent == true)
  }

  @Test("reads chunked answers, and answers that last until the close (RFC 9112 §6.3)", arguments: methods)
  func chunked(method: Method) {
    let chunked = head(200, ["Transfer-Encoding: Chunked"], method)
    #expect(chunked?.framing == .chunked && chunked?.isPersistent == true)
    let open = head(200, ["Connection: keep-alive"], method)
    #expect(open?.framing == .untilClose && open?.isPersistent == false)
  }

  @Test(
    "answers to HEAD have no content, whatever they state (RFC 9110 §9.3.2)",
    arguments: [
      (["Content-Length: 5"], UInt64(5)), (["Content-Length: 0"], 0), (["Transfer-Encoding: chunked"], nil), ([], nil),
    ]
      as [([String], UInt64?)])
  func answersToHead(lines: [String], stated: UInt64?) {
    let head = head(200, lines, .head)
    #expect(head?.framing == BodyFraming.none && head?.statedLength == stated && head?.isPersistent == true)
  }

  @Test("304 has no content, but may state a length (RFC 9110 §15.4.5)")
  func notModified() {
    let stated = head(304, ["Content-Length: 5"], .get)
    #expect(stated?.framing == BodyFraming.none && stated?.statedLength == 5 && stated?.isPersistent == true)
    let silent = head(304, [], .get)
    #expect(silent?.framing == BodyFraming.none && silent?.statedLength == nil && silent?.isPersistent == true)
    #expect(head(304, ["Transfer-Encoding: chunked"], .get)?.isPersistent == false)
  }

  @Test(
    "1xx and 204 have no content; one that states some ends the connection (RFC 9112 §6.1)",
    arguments: [100, 101, 102, 103, 199, 204])
  func noContent(status: Int) {
    let plain = head(status, ["X: y"], .get)
    #expect(plain?.framing == BodyFraming.none && plain?.isPersistent == true && plain?.statedLength == nil)
    for line in ["Content-Length: 5", "Content-Length: 0", "Transfer-Encoding: chunked"] {
      let stated = head(status, [line], .get)
      #expect(stated?.framing == BodyFraming.none && stated?.isPersistent == false && stated?.statedLength == nil)
    }
  }

  @Test("205 is framed like any other answer (RFC 9112 §6.3)")
  func resetContent() {
    #expect(head(205, ["Content-Length: 0"], .get)?.framing == BodyFraming.none)
    #expect(head(205, ["Content-Length: 3"], .get)?.framing == .contentLength(3))
  }

  @Test(
    "refuses framing that two readers could take differently, even where there is no content (RFC 9112 §6.1, §6.3)",
    arguments: [
      ["Content-Length: 5", "Content-Length: 5"], ["Content-Length: 5", "Content-Length: 6"], ["Content-Length: 5, 5"],
      ["Content-Length: +5"], ["Content-Length:"], ["Content-Length: 99999999999999999999"], ["Content-Length: 0x5"],
      ["Content-Length: 5", "Transfer-Encoding: chunked"], ["Transfer-Encoding: chunked", "Content-Length: 5"],
      ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], ["Transfer-Encoding: gzip, chunked"],
      ["Transfer-Encoding: gzip"], ["Transfer-Encoding: identity"], ["Transfer-Encoding: chunked, identity"],
      ["Transfer-Encoding:"], ["Transfer-Encoding: xchunked"],
    ])
  func ambiguous(lines: [String]) {
    for (status, method) in [(200, Method.get), (200, .head), (204, .get), (304, .get), (500, .post)] {
      #expect(ResponseOutcome(bytes(request("HTTP/1.1 \(status) x", lines)), answering: method).error != nil)
    }
  }

  @Test("refuses Transfer-Encoding in HTTP/1.0 (RFC 9112 §6.1)")
  func oldVersion() {
    let outcome = ResponseOutcome("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    #expect(outcome.error == .invalidTransferEncoding)
  }

  @Test(
    "keeps or closes the connection as Connection and the version say (RFC 9112 §9.3)",
    arguments: [
      ("1.1", "", true), ("1.1", "close", false), ("1.1", "keep-alive", true), ("1.1", "keep-alive, CLOSE", false),
      ("1.0", "", false), ("1.0", "keep-alive", true), ("1.0", "keep-alive, close", false), ("1.0", "x", false),
    ])
  func persistence(version: String, option: String, isPersistent: Bool) {
    let head = head(200, ["Content-Length: 1", "Connection: \(option)"], .get, version: version)
    #expect(head?.isPersistent == isPersistent)
  }

  @Test("leaves nothing of one head behind for the next")
  func leftovers() throws {
    let first = bytes("HTTP/1.0 304 Not Modified\r\nContent-Length: 7\r\nConnection: close, x\r\n\r\n")
    let second = bytes("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
    var parser = ResponseHeadParser(limits: HeadLimits())
    var scanned = 0
    #expect(try parser.parse(first.span, answering: .get, scanned: &scanned) == first.count)
    #expect(try parser.parse(second.span, answering: .get, scanned: &scanned) == second.count)
    #expect(parser.head.statedLength == nil && parser.head.isPersistent && !parser.head.isHTTP10)
    #expect(parser.head.fields.lines.allSatisfy { !$0.isNamedByConnection } && parser.head.fields.lines.count == 1)
  }
}
