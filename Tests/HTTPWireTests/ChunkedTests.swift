import HTTPWire
import Testing

@Suite("Chunked transfer coding")
struct ChunkedTests {
  static let good: [(String, String)] = [
    ("0\r\n\r\n", ""), ("5\r\nhello\r\n0\r\n\r\n", "hello"), ("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc"),
    ("a\r\n0123456789\r\n0\r\n\r\n", "0123456789"), ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
    ("000000000000005\r\nhello\r\n0\r\n\r\n", "hello"), ("5\r\nhello\r\n000\r\n\r\n", "hello"),
    ("5;a\r\nhello\r\n0\r\n\r\n", "hello"), ("5;a=b;c=\"d;e\"\r\nhello\r\n0;x\r\n\r\n", "hello"),
    ("5 ; a = b\r\nhello\r\n0\t;x\r\n\r\n", "hello"), ("5;a=\"\u{E9}\"\r\nhello\r\n0\r\n\r\n", "hello"),
    ("5\r\n\r\n\r\n0\r\n0\r\n\r\n", "\r\n\r\n0"), ("0\r\nA: b\r\n\r\n", ""),
    ("3\r\nabc\r\n0\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\nHost:\r\n\r\n", "abc"),
    ("0\r\nA:\r\nB: \t \r\nC:c\u{FF}\r\n\r\n", ""),
  ]

  @Test("decodes at every split point and byte by byte, and stops at the end (RFC 9112 §7.1)", arguments: good)
  func splits(coded: String, content: String) {
    let message = bytes(coded)
    let next = message + bytes("GET / HTTP/1.1\r\n")
    for cut in 0...message.count {
      let probe = BodyProbe(next, .chunked, cuts: [cut])
      #expect(probe.isDone && probe.consumed == message.count && probe.content == bytes(content), "cut at \(cut)")
    }
    let probe = BodyProbe(message, .chunked, cuts: Array(0..<message.count))
    #expect(probe.isDone && probe.consumed == message.count && probe.content == bytes(content))
  }

  @Test("asks for more at every proper prefix (RFC 9112 §8)", arguments: good)
  func prefixes(coded: String, content: String) {
    let message = bytes(coded)
    for end in 0..<message.count {
      let probe = BodyProbe(Array(message.prefix(end)), .chunked)
      #expect(!probe.isDone && probe.error == nil, "prefix of \(end)")
    }
  }

  static let bad = [
    "\r\n", "\n", " 5\r\nhello\r\n", "\t5\r\nhello\r\n", "+5\r\nhello\r\n", "-5\r\nhello\r\n", "-0\r\n\r\n",
    "0x5\r\nhello\r\n",
    "5h\r\nhello\r\n", "g\r\n", "5\nhello\n", "5\rhello\r\n", "5\r\rhello\r\n", "5 \r\nhello\r\n", "5\t\r\nhello\r\n",
    "5 5\r\nhello\r\n", "5,5\r\nhello\r\n", "5.0\r\nhello\r\n", "5_0\r\nhello\r\n", ";a\r\n", "5\u{0}\r\nhello\r\n",
    "5;a\nhello\r\n",
    "5;a\rb\r\nhello\r\n", "5;a\u{0}\r\nhello\r\n", "5;a\u{7F}\r\nhello\r\n", "5\u{B};a\r\nhello\r\n",
    "5\r\nhello!\r\n0\r\n\r\n",
    "5\r\nhello0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r0\r\n\r\n", "5\r\nhello\r\r\n", "5\r\nhello\u{0}\r\n",
    "0\r\n\n", "0\r\n\rx", "0\r\n\r\r\n", "0\n\n", "0\r\n A: b\r\n\r\n", "0\r\nA: b\r\n c\r\n\r\n",
    "0\r\nA : b\r\n\r\n",
    "0\r\n: b\r\n\r\n", "0\r\nA\r\n\r\n", "0\r\nA: b\n\r\n", "0\r\nA: b\rC: d\r\n\r\n", "0\r\nA: b\u{0}\r\n\r\n",
    "0\r\nGET / HTTP/1.1\r\n\r\n", "0\r\nA\u{E9}: b\r\n\r\n", "\u{FF}\r\n", "\u{0}", "5\r\nhello\r\nX\r\n",
    "5\r\nhello\r\n\r\n",
    "0000000000000005\r\nhello\r\n0\r\n\r\n", "1000000000000000\r\n", "ffffffffffffffff\r\n", "fffffffffffffffff5\r\n",
    "00000000000000000000000000000000000000005\r\n", "100000000000000005\r\nhello\r\n0\r\n\r\n",
  ]

  @Test("refuses broken framing, the same at every split point (RFC 9112 §7.1)", arguments: bad)
  func broken(coded: String) {
    let message = bytes(coded)
    let whole = BodyProbe(message, .chunked)
    #expect(whole.error == .invalidChunk)
    for cut in 0..<message.count {
      let probe = BodyProbe(message, .chunked, cuts: [cut])
      #expect(probe.error == .invalidChunk && probe.content == whole.content, "cut at \(cut)")
    }
  }

  @Test("holds a size of 15 digits without overflow (RFC 9112 §7.1)")
  func greatestSize() throws {
    var decoder = BodyDecoder(.chunked)
    #expect(try decoder.next(text: "fffffffffffffff\r\n") == .needMore(consumed: 17))
    #expect(decoder.contentAhead == 0xFFF_FFFF_FFFF_FFFF)
    decoder.advance(1 << 40)
    #expect(decoder.contentAhead == 0xFFF_FFFF_FFFF_FFFF - (1 << 40))
  }

  @Test("takes extensions and trailers up to their limit together, and no more (RFC 9112 §7.1.1, §7.1.2)")
  func dropped() {
    func extended(_ count: Int) -> [UInt8] { bytes("1;\(String(repeating: "x", count: count - 1))\r\na\r\n0\r\n\r\n") }
    func trailed(_ count: Int) -> [UInt8] { bytes("0\r\nA:\(String(repeating: "x", count: count - 2))\r\n\r\n") }
    for message in [extended, trailed] {
      #expect(BodyProbe(message(64), .chunked, droppedLimit: 64).isDone)
      #expect(BodyProbe(message(65), .chunked, droppedLimit: 64).error == .trailersTooLarge)
    }
    let spread = bytes("1;aaa\r\nx\r\n1;aaa\r\nx\r\n0\r\nA:a\r\n\r\n")
    #expect(BodyProbe(spread, .chunked, droppedLimit: 11).isDone)
    #expect(BodyProbe(spread, .chunked, droppedLimit: 10).error == .trailersTooLarge)
  }

  @Test("decides on a limit the same way however the line arrives")
  func limitAtSplits() {
    for count in 62...66 {
      let extended = bytes("1;\(String(repeating: "x", count: count - 1))\r\na\r\n0\r\n\r\n")
      let trailed = bytes("0\r\nA:\(String(repeating: "x", count: count - 2))\r\n\r\n")
      for message in [extended, trailed] {
        let whole = BodyProbe(message, .chunked, droppedLimit: 64)
        for cut in 0..<message.count {
          let probe = BodyProbe(message, .chunked, cuts: [cut], droppedLimit: 64)
          #expect(probe.isDone == whole.isDone && probe.error == whole.error, "\(count) bytes, cut at \(cut)")
        }
      }
    }
  }

  @Test(
    "holds extensions to their grammar, wherever the line is cut (RFC 9112 §7.1.1)",
    arguments: [
      (";a", true), (";a=b", true), (" ;\ta\t=  b", true), (";a;b=c;d", true), (";a=\"\"", true),
      (";a=\"x y;=,\u{E4}\"", true), (#";a="q\"q\\";b"#, true), (";a=\"\t\" ;b", true), (";!#$%&'*+-.^_`|~=1", true),
      (";", false), (";;a", false), (";a=", false), (";a b", false), (";=b", false), (" ", false), ("\t", false),
      (";a ", false), (";a=b ", false), (";a=\"b\" ", false), (";a=\"b", false), (";a=\"b\"c", false), (";a==b", false),
      (";a=b=c", false), (";a=\"b\\\u{0}\"", false), (";a=\u{E4}", false), (";a=b,c", false), (";a\u{0}", false),
      (" a", false), (",a", false), (";a=\"\u{7F}\"", false), (";(a)", false),
    ])
  func extensions(text: String, isValid: Bool) {
    let message = bytes("2\(text)\r\nab\r\n0\(text)\r\n\r\n")
    for cut in 0..<message.count {
      let probe = BodyProbe(message, .chunked, cuts: [cut])
      #expect(probe.isDone == isValid, "cut at \(cut)")
      #expect(isValid ? probe.content == bytes("ab") : probe.error == .invalidChunk, "cut at \(cut)")
    }
  }

  @Test("gives up on an endless extension, trailer line or trailer section (RFC 9112 §7.1.1)")
  func endless() {
    let filler = String(repeating: "x", count: 9000)
    for coded in ["1;\(filler)", "1\(String(repeating: " ", count: 9000))", "0\r\n\(filler)", "0\r\nA:\(filler)"] {
      #expect(BodyProbe(bytes(coded), .chunked).error == .trailersTooLarge)
    }
    let section = "0\r\n" + String(repeating: "A: b\r\n", count: 5000)
    #expect(BodyProbe(bytes(section), .chunked).error == .trailersTooLarge)
    let extensions = String(repeating: "1;abcdefgh\r\nx\r\n", count: 2000)
    #expect(BodyProbe(bytes(extensions), .chunked).error == .trailersTooLarge)
  }
}
