import HTTPWire
import Testing

@Suite("Request fields")
struct RequestFieldTests {
  @Test(
    "takes a Host of name or IP literal with an optional port (RFC 9110 §7.2)",
    arguments: [
      "a", "a.test", "A.TEST", "a.test:8080", "a.test:", "127.0.0.1:1", "[::1]", "[::1]:443", "[2001:db8::1.2.3.4]",
      "xn--bcher-kva.test", "a_b.test", "a~b", "-", "a.test.", "a:65535",
    ])
  func goodHosts(host: String) {
    #expect(RequestOutcome("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").head?.authority == host)
  }

  @Test(
    "refuses a Host that is none (RFC 9112 §3.2)",
    arguments: [
      "u@a", "u:p@a", "@a", "a/b", "a\\b", "a?b", "a#b", "a b", "a\tb", "a,b", "a,a", "a;b", "a%20b", "a%00", ":80",
      ":",
      "a:b", "a:80x", "a:-1", "a:+1", "a:80:80", "[", "[]", "[::1", "::1", "[::1]x", "[::1]80", "[g::1]",
      "[::1%25eth0]",
      "[v1.a]", "]", "http://a", "//a", "a\u{E9}", "<a>", "\"a\"", "'a'", "a:123456", "(a)",
    ])
  func badHosts(host: String) {
    #expect(RequestOutcome("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").error == .invalidHost)
  }

  @Test(
    "refuses an IP literal that is no IPv6 address (RFC 3986 §3.2.2)", arguments: ["[:]", "[.]", "[1]", "[1.2.3.4]"])
  func badLiterals(host: String) {
    #expect(RequestOutcome("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").error == .invalidHost)
  }

  @Test("needs exactly one Host in HTTP/1.1, with absolute-form too (RFC 9112 §3.2)")
  func hostCount() {
    #expect(RequestOutcome("GET / HTTP/1.1\r\n\r\n").error == .invalidHost)
    #expect(RequestOutcome("GET http://a/ HTTP/1.1\r\n\r\n").error == .invalidHost)
    #expect(RequestOutcome(get("Host: a.test")).error == .invalidHost)
    #expect(RequestOutcome(get("hOST: b.test")).error == .invalidHost)
    #expect(RequestOutcome("GET / HTTP/1.0\r\n\r\n").head?.authority == .some(nil))
    #expect(RequestOutcome("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n").error == .invalidHost)
    #expect(RequestOutcome("GET / HTTP/1.0\r\nHost: a b\r\n\r\n").error == .invalidHost)
  }

  @Test("keeps names and values as offsets, values without surrounding whitespace (RFC 9112 §5.1)")
  func values() {
    let head = RequestOutcome(get("A:b", "B: b ", "C: \t c\td \t", "D:", "E: ", "F::", "!#$%&'*+-.^_`|~0: \"x\"")).head
    #expect(
      head?.fields == [
        "Host=a.test", "A=b", "B=b", "C=c\td", "D=", "E=", "F=:", "!#$%&'*+-.^_`|~0=\"x\"",
      ])
  }

  @Test("takes exactly the bytes of token in a name (RFC 9110 §5.1)")
  func nameBytes() {
    let marks = Array("!#$%&'*+-.^_`|~".utf8)
    for byte in UInt8.min...UInt8.max where byte != UInt8(ascii: ":") {
      let isToken = (0x30...0x39 ~= byte) || (0x41...0x5A ~= byte) || (0x61...0x7A ~= byte) || marks.contains(byte)
      let outcome = RequestOutcome(bytes("GET / HTTP/1.1\r\nHost: a\r\nx") + [byte] + bytes("y: z\r\n\r\n"))
      #expect((outcome.head != nil) == isToken, "byte \(byte)")
      let first = RequestOutcome(bytes("GET / HTTP/1.1\r\nHost: a\r\n") + [byte] + bytes("y: z\r\n\r\n"))
      #expect((first.head != nil) == isToken, "byte \(byte) at the start")
    }
  }

  @Test("takes tab, visible and 8-bit bytes in a value, and no other control (RFC 9110 §5.5)")
  func valueBytes() {
    for byte in UInt8.min...UInt8.max {
      let isFine = byte == 0x09 || (byte >= 0x20 && byte != 0x7F)
      let outcome = RequestOutcome(bytes("GET / HTTP/1.1\r\nHost: a\r\nx: a") + [byte] + bytes("b\r\n\r\n"))
      #expect((outcome.head != nil) == isFine, "byte \(byte)")
      if !isFine { #expect(outcome.error?.isPlainRefusal == true, "byte \(byte)") }
    }
  }

  @Test(
    "refuses folding, space before the colon, empty names and lines without a colon (RFC 9112 §5.1, §5.2)",
    arguments: [
      "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n\tb\r\n\r\n",
      "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "GET / HTTP/1.1\r\n\tX: y\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "GET / HTTP/1.1\r\nHost\t: a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX Y: z\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n \r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX;a: b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\"X\": b\r\n\r\n",
    ])
  func malformed(head: String) {
    #expect(RequestOutcome(head).error == .malformedField)
  }

  @Test(
    "refuses bare CR and bare LF in the field section (RFC 9112 §2.2)",
    arguments: [
      "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\n", "GET / HTTP/1.1\r\nHost: a\n\n",
      "GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\n\rX: y\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX: y\nZ: w\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: \r y\r\n\r\n",
      "GET / HTTP/1.1\r\n\nHost: a\r\n\r\n",
    ])
  func bareTerminators(head: String) {
    #expect(RequestOutcome(head).error?.isPlainRefusal == true)
  }

  @Test(
    "refuses a second field of those the proxy decides by (RFC 9110 §5.3)",
    arguments: [
      "Authorization", "Origin", "Sec-Fetch-Site", "Content-Type", "X-Fal-Target-Url", "Access-Control-Request-Method",
    ])
  func duplicates(name: String) {
    #expect(RequestOutcome(get("\(name): x")).head != nil)
    #expect(RequestOutcome(get("\(name): x", "\(name.lowercased()): x")).error == .duplicateField)
    #expect(RequestOutcome(get("\(name): x", "A: b", "\(name.uppercased()): y")).error == .duplicateField)
  }

  @Test(
    "lets other fields come more than once (RFC 9110 §5.3)", arguments: ["Accept", "User-Agent", "X-Fal-Hint", "Via"])
  func repeated(name: String) {
    #expect(RequestOutcome(get("\(name): x", "\(name): y")).head?.fields.count == 3)
  }

  @Test("finds the target of the proxy, whatever the case of its name")
  func target() {
    #expect(RequestOutcome(get("X-FAL-Target-URL:\t https://fal.run/x ")).head?.target == "https://fal.run/x")
    #expect(RequestOutcome(get("X-Fal-Target-Ur1: x")).head?.target == .some(nil))
    #expect(RequestOutcome(get("X-Fal-Target-Url:")).head?.target == "")
  }
}
