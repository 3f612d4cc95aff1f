import Testing
import Text

@Suite("Hosts")
struct HostTests {
  @Test(
    "a host name is made of labels, and the DNS holds most of them (RFC 1035 §2.3.4, RFC 1123 §2.1)",
    arguments: [
      ("a", true, true), ("localhost", true, true), ("fal.run", true, true), ("queue.fal.run", true, true),
      ("a-b.c--d.e", true, true), ("xn--bcher-kva.test", true, true), ("3com.com", true, true), ("1.2.a", true, true),
      ("a.1b", true, true), ("0xg", true, true), ("x0", true, true),
      (String(repeating: "a", count: 63) + ".test", true, true),
      (String(repeating: "a.", count: 126) + "a", true, true),
      // Names that no DNS has.
      ("-a", true, false), ("a-", true, false), ("a.-b.c", true, false), ("a.b-.c", true, false), ("-", true, false),
      (String(repeating: "a", count: 64) + ".test", true, false),
      (String(repeating: "a.", count: 126) + "ab", true, false),
      // What a URL parser or a resolver takes for an IPv4 address.
      ("1", true, false), ("127.1", true, false), ("1.2.3.4", true, false), ("a.1", true, false), ("0x7f", true, false),
      ("a.0x", true, false), ("0x7f.0x1", true, false), ("a.08", true, false),
      // No names at all.
      ("", false, false), (".", false, false), ("a.", false, false), (".a", false, false), ("a..b", false, false),
      ("A", false, false), ("a_b", false, false), ("a b", false, false), ("a:1", false, false), ("a/b", false, false),
      ("a%41", false, false), ("*.a", false, false), ("b\u{FC}cher.test", false, false), ("a\0", false, false),
    ])
  func names(text: String, isName: Bool, isDNS: Bool) {
    let found = (text.utf8.span.isHostName(), text.utf8.span.isDNSName)
    #expect(found == (isName, isDNS))
  }

  @Test("underscores are letters where they are let in")
  func underscores() {
    for (text, expected) in [("my_host", true), ("_a.b_", true), ("my host", false), ("_.", false)] {
      let found = text.utf8.span.isHostName(underscores: true)
      #expect(found == expected)
    }
  }

  @Test(
    "an authority is a host and perhaps a port (RFC 3986 §3.2)",
    arguments: [
      ("a", "a", nil), ("A.TEST", "A.TEST", nil), ("a.test:8080", "a.test", "8080"), ("a.test:", "a.test", ""),
      ("a~_-.b:00000", "a~_-.b", "00000"), ("1.2.3.4:1", "1.2.3.4", "1"), ("[::1]", "[::1]", nil),
      ("[::1]:443", "[::1]", "443"), ("[::FFFF:1.2.3.4]:", "[::FFFF:1.2.3.4]", ""), ("a.", "a.", nil),
    ] as [(String, String, String?)])
  func authorities(text: String, host: String, port: String?) {
    let bytes = Array(text.utf8)
    guard let authority = Authority(bytes.span) else {
      Issue.record("none")
      return
    }
    #expect(String(decoding: bytes[authority.host], as: UTF8.self) == host)
    #expect(authority.port.map { String(decoding: bytes[$0], as: UTF8.self) } == port)
  }

  @Test(
    "and nothing else",
    arguments: [
      "", ":", ":80", "a:b", "a:80:80", "a:123456", "a:-1", "a:+1", "a b", "u@a", "u:p@a", "a/b", "a?b", "a#b", "a\\b",
      "a,b", "a%41", "a\0", "b\u{FC}cher", "[", "[]", "[::1", "::1", "[::1]x", "[::1]80", "[::1]]", "[g::1]",
      "[1.2.3.4]", "[v1.x]", "[::1%25eth0]", "x[::1]",
    ])
  func notAuthorities(text: String) { #expect(Authority(Array(text.utf8).span) == nil) }
}
