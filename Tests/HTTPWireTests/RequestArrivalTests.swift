import HTTPWire
import Testing

@Suite("Arrival of a request head in pieces")
struct RequestArrivalTests {
  static let heads = [
    get(), "\r\n\r\n" + get("A: b"), post("Content-Length: 5") + "hello", post("Transfer-Encoding: chunked"),
    request("OPTIONS * HTTP/1.1", ["Host: [::1]:80", "Connection: close, x", "X: "]),
    request("GET http://o.test/p?q HTTP/1.0", []), request("CONNECT a:1 HTTP/1.1", ["Host: a:1"]),
    get("Expect: 100-continue", "Upgrade: websocket", "Connection: upgrade", "X-Fal-Target-Url: https://fal.run/a"),
    "GET / HTTP/1.1\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\n",
    "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    post("Content-Length: 1", "Content-Length: 1"), post("Transfer-Encoding: x"), "GET / HTTP/1.1\r\n\r\n",
    post("Content-Length: 1", "Transfer-Encoding: chunked"), get("A: b\u{0}c"), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  ]

  @Test("gives the same result at every split point", arguments: heads)
  func splits(head: String) {
    let bytes = bytes(head)
    let whole = RequestOutcome(bytes)
    #expect(whole != .incomplete)
    for cut in 0..<bytes.count {
      #expect(RequestOutcome(bytes, cuts: [cut]) == whole, "cut at \(cut)")
    }
  }

  @Test("gives the same result byte by byte", arguments: heads)
  func byteByByte(head: String) {
    let bytes = bytes(head)
    #expect(RequestOutcome(bytes, cuts: Array(0..<bytes.count)) == RequestOutcome(bytes))
  }

  @Test("gives the same result at every pair of split points")
  func pairs() {
    let bytes = bytes(get("A: b"))
    let whole = RequestOutcome(bytes)
    for first in 0..<bytes.count {
      for second in first..<bytes.count {
        #expect(RequestOutcome(bytes, cuts: [first, second]) == whole)
      }
    }
  }

  @Test("asks for more at every proper prefix of a good head")
  func prefixes() {
    let bytes = bytes(post("Content-Length: 5", "A: b"))
    for end in 0..<bytes.count {
      #expect(RequestOutcome(Array(bytes.prefix(end))) == .incomplete, "prefix of \(end)")
    }
  }

  @Test("remembers how far it looked, and forgets it when the head is whole")
  func scanned() throws {
    let bytes = bytes(get("A: b"))
    var parser = RequestHeadParser(limits: HeadLimits())
    var scanned = 0
    #expect(try parser.parse(bytes.span.extracting(0..<10), scanned: &scanned) == nil)
    #expect(scanned == 10)
    #expect(try parser.parse(bytes.span.extracting(0..<10), scanned: &scanned) == nil)
    #expect(scanned == 10)
    let beforeEnd = bytes.count - 1
    #expect(try parser.parse(bytes.span.extracting(0..<beforeEnd), scanned: &scanned) == nil)
    #expect(scanned == beforeEnd)
    #expect(try parser.parse(bytes.span, scanned: &scanned) == bytes.count)
    #expect(scanned == 0)
  }

  @Test("serves connections in turn with one parser; only the scan offset belongs to one of them")
  func turns() throws {
    let (first, second) = (bytes(get("A: one")), bytes(post("Content-Length: 3", "B: two")))
    var parser = RequestHeadParser(limits: HeadLimits())
    var (scannedFirst, scannedSecond) = (0, 0)
    #expect(try parser.parse(first.span.extracting(0..<30), scanned: &scannedFirst) == nil)
    #expect(try parser.parse(second.span, scanned: &scannedSecond) == second.count)
    #expect(parser.head.framing == .contentLength(3))
    #expect(try parser.parse(first.span, scanned: &scannedFirst) == first.count)
    let probe = RequestProbe(parser.head, first, length: first.count)
    #expect(RequestOutcome(first) == .parsed(probe))
  }

  @Test("leaves nothing of a head behind for the next one")
  func leftovers() throws {
    let rich = bytes(
      get("X-Fal-Target-Url: t", "Expect: 100-continue", "Connection: close, upgrade, x", "Upgrade: websocket"))
    let plain = bytes("GET / HTTP/1.0\r\n\r\n")
    var parser = RequestHeadParser(limits: HeadLimits())
    var scanned = 0
    #expect(try parser.parse(rich.span, scanned: &scanned) == rich.count)
    #expect(try parser.parse(plain.span, scanned: &scanned) == plain.count)
    #expect(.parsed(RequestProbe(parser.head, plain, length: plain.count)) == RequestOutcome(plain))
    #expect(parser.head.fields.lines.allSatisfy { !$0.isNamedByConnection })
  }

  @Test("reads pipelined heads one after another (RFC 9112 §9.3.2)")
  func pipeline() throws {
    let all = bytes(get("N: 1") + get("N: 2") + get("N: 3"))
    var parser = RequestHeadParser(limits: HeadLimits())
    var (offset, scanned, seen) = (0, 0, [String]())
    while offset < all.count {
      let rest = Array(all[offset...])
      let length = try #require(try parser.parse(rest.span, scanned: &scanned))
      seen.append(RequestProbe(parser.head, rest, length: length).fields[1])
      offset += length
    }
    #expect(seen == ["N=1", "N=2", "N=3"])
  }
}
