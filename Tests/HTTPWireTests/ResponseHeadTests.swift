import HTTPWire
import Testing

struct ResponseProbe: Equatable, Sendable {
  var length = 0
  var status = 0
  var reason = ""
  var isHTTP10 = false
  var framing = BodyFraming.none
  var statedLength: UInt64?
  var isPersistent = true
  var fields: [String] = []
}

enum ResponseOutcome: Equatable, Sendable {
  case parsed(ResponseProbe)
  case refused(WireError)
  case incomplete

  init(_ bytes: [UInt8], answering method: Method = .get, limits: HeadLimits = HeadLimits(), cuts: [Int] = []) {
    var parser = ResponseHeadParser(limits: limits)
    self = .incomplete
    var scanned = 0
    for end in cuts + [bytes.count] {
      do throws(WireError) {
        if let length = try parser.parse(bytes.span.extracting(0..<end), answering: method, scanned: &scanned) {
          let head = parser.head
          self = .parsed(
            ResponseProbe(
              length: length, status: head.status, reason: text(bytes[head.reason]), isHTTP10: head.isHTTP10,
              framing: head.framing, statedLength: head.statedLength, isPersistent: head.isPersistent,
              fields: head.fields.lines.map { "\(text(bytes[$0.name]))=\(text(bytes[$0.value]))" }))
          return
        }
      } catch {
        self = .refused(error)
        return
      }
    }
  }

  init(_ text: String, answering method: Method = .get, limits: HeadLimits = HeadLimits()) {
    self.init(bytes(text), answering: method, limits: limits)
  }

  var head: ResponseProbe? {
    if case .parsed(let probe) = self { return probe }
    return nil
  }

  var error: WireError? {
    if case .refused(let error) = self { return error }
    return nil
  }
}

@Suite("Response head")
struct ResponseHeadTests {
  @Test(
    "reads status lines (RFC 9112 §4)",
    arguments: [
      ("HTTP/1.1 200 OK", 200, "OK", false), ("HTTP/1.1 200 ", 200, "", false), ("HTTP/1.1 200", 200, "", false),
      ("HTTP/1.0 404 Not Found", 404, "Not Found", true), ("HTTP/1.1 599  two ", 599, " two ", false),
      ("HTTP/1.1 418 I'm a \t teapot", 418, "I'm a \t teapot", false), ("HTTP/1.9 200 OK", 200, "OK", false),
      ("HTTP/1.1 500 \u{E9}chec", 500, "\u{E9}chec", false), ("HTTP/1.1 299 HTTP/1.1 200", 299, "HTTP/1.1 200", false),
    ])
  func statusLines(line: String, status: Int, reason: String, isHTTP10: Bool) {
    let head = ResponseOutcome("\(line)\r\nContent-Length: 0\r\n\r\n").head
    #expect(head?.status == status && head?.reason == reason && head?.isHTTP10 == isHTTP10)
  }

  @Test(
    "refuses what is no status line (RFC 9112 §4)",
    arguments: [
      "HTTP/2.0 200 OK", "HTTP/2 200", "HTTP/0.9 200 OK", "http/1.1 200 OK", "ICY 200 OK", "HTTP/1.1  200 OK",
      "HTTP/1.1\t200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 099 OK", "HTTP/1.1 000 OK", "HTTP/1.1 600 OK",
      "HTTP/1.1 999 OK", "HTTP/1.1 2x0 OK", "HTTP/1.1 -20 OK", "HTTP/1.1 +20 OK", "HTTP/1.1 200\tOK", "HTTP/1.1 200OK",
      "HTTP/1.1", "HTTP/1.1 OK", " HTTP/1.1 200 OK", "200 OK HTTP/1.1", "GET / HTTP/1.1 xx", "HTTP/1.10 200 OK",
      "HTTP/1.x 200 OK", "HTTP/11 200 OK", "<html></html>", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}",
      "SSH-2.0-x\u{0}\u{0}\u{0}",
      "HTTP/1.1 200 O\u{0}K", "HTTP/1.1 200 O\u{1B}K", "HTTP/1.1 200 OK\u{7F}", "\r\nHTTP/1.1 200 OK",
    ])
  func badStatusLines(line: String) {
    #expect(ResponseOutcome("\(line)\r\nContent-Length: 0\r\n\r\n").error != nil)
  }

  @Test(
    "refuses bare CR, bare LF, folding and broken field lines (RFC 9112 §2.2, §5)",
    arguments: [
      "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "HTTP/1.1 200 OK\rX: y\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\n\r\n",
      "HTTP/1.1 200 OK\r\nA: b\rC: d\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
      "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
      "HTTP/1.1 200 OK\r\n: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA\r\n\r\n", "HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
      "HTTP/1.1 200 OK\r\nA: \u{0}\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n\n", "HTTP/1.1 200 OK\r\n\n",
      "HTTP/1.1 200 OK\r\nA\u{E9}: b\r\n\r\n", "HTTP/1.1 200\nA: b\r\n\r\n", "HTTP/1.1 200 \r\rA: b\r\n\r\n",
    ])
  func badFields(head: String) {
    #expect(ResponseOutcome(head).error != nil)
  }

  @Test("gives the same result at every split point and byte by byte")
  func splits() {
    for head in [
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\r\n\r\n", "HTTP/1.1 200\r\n\r\n", "HTTP/1.0 204 \r\nA:\r\n\r\n",
      "HTTP/1.1 200 OK\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\n\r\n", "HTTP/1.1 20x OK\r\n\r\n\r\n",
      "HTTP/2.0 200 OK\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    ] {
      let bytes = bytes(head)
      let whole = ResponseOutcome(bytes)
      #expect(whole != .incomplete)
      for cut in 0..<bytes.count {
        #expect(ResponseOutcome(bytes, cuts: [cut]) == whole, "cut at \(cut) of \(head.debugDescription)")
      }
      #expect(ResponseOutcome(bytes, cuts: Array(0..<bytes.count)) == whole)
    }
  }

  @Test("takes a head and a number of fields exactly at the limits, and no more")
  func limits() {
    func head(_ size: Int) -> String {
      let fixed = "HTTP/1.1 200 OK\r\nP: \r\n\r\n".utf8.count
      return "HTTP/1.1 200 OK\r\nP: \(String(repeating: "x", count: size - fixed))\r\n\r\n"
    }
    let limits = HeadLimits(head: 256, fields: 3)
    #expect(ResponseOutcome(head(256), limits: limits).head?.length == 256)
    #expect(ResponseOutcome(head(257), limits: limits).error == .headTooLarge)
    #expect(ResponseOutcome(Array(bytes(head(300)).prefix(256)), limits: limits).error == .headTooLarge)
    let endless = bytes("HTTP/1.1 200 " + String(repeating: "x", count: 256))
    #expect(ResponseOutcome(endless, limits: limits).error == .headTooLarge)
    func lines(_ count: Int) -> String { "HTTP/1.1 200 OK\r\n\(String(repeating: "A: b\r\n", count: count))\r\n" }
    #expect(ResponseOutcome(lines(3), limits: limits).head?.fields.count == 3)
    #expect(ResponseOutcome(lines(4), limits: limits).error == .tooManyFields)
  }
}
