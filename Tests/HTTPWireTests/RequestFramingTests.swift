import HTTPWire
import Text
import Testing

@Suite("Request framing and connection")
struct RequestFramingTests {
  @Test(
    "reads Content-Length as digits only (RFC 9112 §6.3)",
    arguments: [
      ("0", BodyFraming.none), ("1", .contentLength(1)), ("007", .contentLength(7)), (" 12\t", .contentLength(12)),
      ("999999999999999999", .contentLength(999_999_999_999_999_999)), ("000000000000000000", .none),
    ])
  func lengths(value: String, framing: BodyFraming) {
    #expect(RequestOutcome(post("Content-Length: \(value)")).head?.framing == framing)
  }

  @Test(
    "refuses any other Content-Length (RFC 9112 §6.3)",
    arguments: [
      "", "+1", "-1", "-0", "0x10", "1a", "a", "1 2", "1,1", "1, 1", "1,2", ",1", "1,", "1;", "1.0", "1e3", "\"1\"",
      "'1'",
      "1_000", "0b1", "\u{B2}", "\u{A0}1", "1\u{B}", "9223372036854775808", "18446744073709551616",
      "99999999999999999999999999", "1000000000000000000", "null", "1\t1",
    ])
  func badLengths(value: String) {
    let error = RequestOutcome(post("Content-Length: \(value)")).error
    #expect(error == .invalidContentLength || (value.contains("\u{B}") && error == .malformedField))
  }

  @Test(
    "refuses a second Content-Length, equal or not (RFC 9112 §6.3)",
    arguments: [("5", "5"), ("5", "6"), ("0", "5"), ("5", "0")])
  func repeatedLengths(first: String, second: String) {
    #expect(
      RequestOutcome(post("Content-Length: \(first)", "content-length: \(second)")).error == .invalidContentLength)
  }

  @Test("takes chunked in any case (RFC 9112 §7)", arguments: ["chunked", "Chunked", "CHUNKED", " chunked\t"])
  func chunked(value: String) {
    #expect(RequestOutcome(post("Transfer-Encoding: \(value)")).head?.framing == .chunked)
  }

  @Test(
    "refuses chunked in a form two readers could take differently (RFC 9112 §6.1)",
    arguments: [
      "", "chunked, chunked", "chunked,", ",chunked", "gzip, chunked", "chunked, gzip", "chunked, identity",
      "identity, chunked", "xchunked", "chunkedx", "chunked;q=1", "\"chunked\"", "'chunked'", "chunked chunked",
      "x chunked", "chunked\u{A0}", "\u{A0}chunked", "cow, chunked", "chunked\t;x",
    ])
  func obscured(value: String) {
    #expect(RequestOutcome(post("Transfer-Encoding: \(value)")).error == .invalidTransferEncoding)
  }

  @Test(
    "answers other transfer codings with 501 (RFC 9112 §6.1)",
    arguments: [
      "gzip", "deflate", "compress", "identity", "x", "chunke", "hunked", "chun ked", "chu\tnked", "cow", "0",
    ])
  func unknownCodings(value: String) {
    #expect(RequestOutcome(post("Transfer-Encoding: \(value)")).error == .unsupportedTransferCoding)
  }

  @Test(
    "refuses a control byte beside the coding as a malformed field (RFC 9110 §5.5)",
    arguments: ["\u{B}chunked", "chunked\u{C}", "chunked\u{0}"])
  func controls(value: String) {
    #expect(RequestOutcome(post("Transfer-Encoding: \(value)")).error == .malformedField)
  }

  @Test("refuses Transfer-Encoding twice (RFC 9112 §6.1)")
  func repeatedCodings() {
    #expect(
      RequestOutcome(post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked")).error == .invalidTransferEncoding
    )
    #expect(RequestOutcome(post("Transfer-Encoding: chunked", "Transfer-Encoding: identity")).error != nil)
    #expect(RequestOutcome(post("Transfer-Encoding: identity", "Transfer-Encoding: chunked")).error != nil)
  }

  @Test("refuses Content-Length with Transfer-Encoding, in both orders (RFC 9112 §6.1)", arguments: ["0", "5", "x"])
  func both(length: String) {
    #expect(
      RequestOutcome(post("Content-Length: \(length)", "Transfer-Encoding: chunked")).error?.isPlainRefusal == true)
    #expect(
      RequestOutcome(post("Transfer-Encoding: chunked", "Content-Length: \(length)")).error?.isPlainRefusal == true)
  }

  @Test("refuses Transfer-Encoding in HTTP/1.0 (RFC 9112 §6.1)")
  func oldVersion() {
    let head = "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(RequestOutcome(head).error == .invalidTransferEncoding)
  }

  @Test(
    "refuses content of GET, HEAD and OPTIONS, and tells a length of 0 from it (RFC 9110 §9.3.1)",
    arguments: ["GET", "HEAD", "OPTIONS"])
  func contentOfGet(method: String) {
    func outcome(_ lines: String..., content: String = "") -> RequestOutcome {
      RequestOutcome(request("\(method) / HTTP/1.1", ["Host: a"] + lines) + content)
    }
    // OPTIONS may have content (RFC 9110 §9.3.7); the routes refuse it.
    if method != "OPTIONS" { #expect(outcome("Content-Length: 1").error == .unexpectedContent) }
    #expect(outcome("Content-Length: 0").head?.framing == BodyFraming.none)
    #expect(outcome("Transfer-Encoding: chunked") == .incomplete)
    for content in ["1\r\n", "1\r\nx\r\n0\r\n\r\n", "00ff;a=b\r\n", "1\r\nGET / HTTP/1.1\r\n"] {
      #expect(outcome("Transfer-Encoding: chunked", content: content).error == .unexpectedContent)
    }
    #expect(outcome("Transfer-Encoding: chunked", content: "0\r\nGET / HTTP/1.1\r\n").error == .invalidChunk)
    #expect(outcome("Transfer-Encoding: chunked", content: "x\r\n").error == .invalidChunk)
    #expect(outcome("Transfer-Encoding: chunked", "Expect: 100-continue").error == .unexpectedContent)
  }

  @Test(
    "takes a chunked body without content for none, however it comes (RFC 9112 §7.1)",
    arguments: ["0\r\n\r\n", "000\r\n\r\n", "0;a=b\r\n\r\n", "0\r\nX-Sum: 1\r\nHost: b\r\n\r\n"])
  func emptyChunked(content: String) {
    for method in ["GET", "HEAD", "OPTIONS"] {
      let message = bytes(request("\(method) / HTTP/1.1", ["Host: a", "Transfer-Encoding: chunked"]) + content)
      let next = bytes(get())
      for cuts in [[], Array(1..<message.count), [message.count - 1], [message.count - content.utf8.count]] {
        let head = RequestOutcome(message + next, cuts: cuts).head
        #expect(head?.length == message.count)
        #expect(head?.framing == BodyFraming.none)
        #expect(head?.authority == "a" && head?.fields.count == 2)
      }
    }
    #expect(RequestOutcome(post("Transfer-Encoding: chunked") + content).head?.framing == .chunked)
  }

  @Test("holds a chunked body without content to the limits of the head")
  func longEmptyChunked() {
    let head = get("Transfer-Encoding: chunked") + "0\r\n"
    let trailer = "x: \(String(repeating: "x", count: 1000))\r\n"
    let limits = HeadLimits(head: 2048)
    #expect(RequestOutcome(head + trailer + "\r\n", limits: limits).head?.framing == BodyFraming.none)
    #expect(RequestOutcome(head + trailer + trailer, limits: limits).error == .headTooLarge)
    #expect(RequestOutcome(head + trailer + trailer + "\r\n", limits: limits).error == .headTooLarge)
  }

  @Test(
    "keeps or closes the connection as Connection and the version say (RFC 9112 §9.3)",
    arguments: [
      ("1.1", nil, true), ("1.1", "close", false), ("1.1", "Close", false), ("1.1", "keep-alive", true),
      ("1.1", "keep-alive, close", false), ("1.1", "x,close ,y", false), ("1.1", "closed", true), ("1.1", "", true),
      ("1.0", nil, false), ("1.0", "keep-alive", true), ("1.0", "Keep-Alive", true),
      ("1.0", "keep-alive, close", false),
      ("1.0", "close", false), ("1.0", "x", false), ("1.2", nil, true),
    ] as [(String, String?, Bool)])
  func persistence(version: String, option: String?, isPersistent: Bool) {
    let lines = ["Host: a"] + (option.map { ["Connection: \($0)"] } ?? [])
    #expect(RequestOutcome(request("GET / HTTP/\(version)", lines)).head?.isPersistent == isPersistent)
  }

  @Test("adds up the options of several Connection fields (RFC 9110 §5.3)")
  func severalConnections() {
    #expect(RequestOutcome(get("Connection: keep-alive", "Connection: close")).head?.isPersistent == false)
    #expect(RequestOutcome(get("Connection: close", "Connection: keep-alive")).head?.isPersistent == false)
  }

  @Test("knows which fields Connection names (RFC 9110 §7.6.1)")
  func connectionOptions() {
    /// Whether the field `name`, which stands before or behind `lines`, is one of those.
    func names(_ name: String, _ lines: String...) -> Bool {
      let found = [[name + ": 1"] + lines, lines + [name + ": 1"]].map { lines in
        let bytes = bytes(request("GET / HTTP/1.1", ["Host: a"] + lines))
        var parser = RequestHeadParser(limits: HeadLimits())
        var scanned = 0
        guard (try? parser.parse(bytes.span, scanned: &scanned)) != nil else { return false }
        return parser.head.fields.lines.contains { line in
          line.isNamedByConnection && bytes.span.extracting(line.name).equalsIgnoringCase(of: Array(name.utf8).span)
        }
      }
      #expect(found[0] == found[1])
      return found[0]
    }
    #expect(names("x-a", "Connection: x-a"))
    #expect(names("X-A", "Connection: close, x-A"))
    #expect(names("x-b", "Connection: x-a", "Connection: ,\tx-b ,"))
    #expect(!names("x-a", "Connection: x-ab, close"))
    #expect(!names("x-a", "X-A: Connection"))
    #expect(!names("x-a"))
  }

  @Test(
    "limits the members of all Connection fields together, empty ones too",
    arguments: [
      ("a", 33), ("close", 33), ("", 33), (" ", 33), ("keep-alive", 33),
    ])
  func connectionMembers(member: String, tooMany: Int) {
    let list = [String](repeating: member, count: tooMany).joined(separator: ",") + ","
    let allowed = [String](repeating: member, count: tooMany - 1).joined(separator: ",") + ","
    #expect(RequestOutcome(get("Connection: \(list)")).error == .tooManyFields)
    #expect(RequestOutcome(get("Connection: \(allowed)")).error == nil)
    let half = [String](repeating: member, count: tooMany / 2 + 1).joined(separator: ",") + ","
    #expect(RequestOutcome(get("Connection: \(half)", "Connection: \(half)")).error == .tooManyFields)
  }

  @Test("answers Expect: 100-continue in HTTP/1.1, ignores it in 1.0 (RFC 9110 §10.1.1)")
  func expectation() {
    #expect(RequestOutcome(post("Expect: 100-continue")).head?.expectsContinue == true)
    #expect(RequestOutcome(post("Expect: 100-Continue")).head?.expectsContinue == true)
    #expect(RequestOutcome(post()).head?.expectsContinue == false)
    #expect(RequestOutcome(request("POST / HTTP/1.0", ["Expect: 100-continue"])).head?.expectsContinue == false)
    #expect(RequestOutcome(post("Expect: 100-continue", "Expect: 100-continue")).error == .duplicateField)
  }

  @Test(
    "answers other expectations with 417 (RFC 9110 §10.1.1)",
    arguments: ["", "100", "100-continu", "100-continue1", "200-ok", "100-continue;x", "x=y", "100-continue, x"])
  func otherExpectations(value: String) {
    #expect(RequestOutcome(post("Expect: \(value)")).error == .unsupportedExpectation)
  }

  @Test("sees a WebSocket upgrade only when Connection names it (RFC 9110 §7.8)")
  func upgrade() {
    #expect(RequestOutcome(get("Connection: Upgrade", "Upgrade: WebSocket")).head?.wantsWebSocket == true)
    #expect(RequestOutcome(get("Upgrade: h2c, websocket", "Connection: x, upgrade")).head?.wantsWebSocket == true)
    #expect(RequestOutcome(get("Upgrade: websocket")).head?.wantsWebSocket == false)
    #expect(RequestOutcome(get("Connection: Upgrade", "Upgrade: h2c")).head?.wantsWebSocket == false)
    #expect(RequestOutcome(get("Connection: Upgrade")).head?.wantsWebSocket == false)
  }
}
