import HTTPWire
import Testing
import Text

@Suite("PROXY headers")
struct ProxyHeaderTests {
  private static let signature = "\r\n\r\n\0\r\nQUIT\n"

  private func read(_ bytes: [UInt8]) -> ProxyHeader.Reading { ProxyHeader.read(bytes.span) }

  /// A header of version 2 with a content of `addresses` and of further bytes.
  private static func binary(_ command: UInt8, _ family: UInt8, _ addresses: [UInt8], more: Int = 0) -> [UInt8] {
    let content = addresses + [UInt8](repeating: 0xEE, count: more)
    return bytes(signature) + [command, family, UInt8(content.count >> 8), UInt8(content.count & 255)] + content
  }

  private static let ipv4: [UInt8] = [192, 0, 2, 7, 10, 0, 0, 1, 0xD9, 0x03, 0x01, 0xBB]
  private static let ipv6: [UInt8] =
    [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [9] + [UInt8](repeating: 1, count: 16) + [1, 2, 3, 4]

  /// Each with its client, as RFC 5952 writes it; nil where the connection counts as the proxy's own.
  private static let whole: [([UInt8], String?)] =
    [
      ("PROXY TCP4 192.0.2.7 10.0.0.1 56324 443\r\n", "::ffff:192.0.2.7"),
      ("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "::ffff:255.255.255.255"),
      ("PROXY TCP4 1.2.3.4 1.2.3.4 0 0\r\n", "::ffff:1.2.3.4"),
      ("PROXY TCP6 2001:db8::9 ::1 56324 443\r\n", "2001:db8::9"),
      ("PROXY TCP6 2001:DB8:0:0:0:0:0:9 ::1 1 1\r\n", "2001:db8::9"),
      ("PROXY TCP6 ::ffff:192.0.2.7 ::1 1 1\r\n", "::ffff:192.0.2.7"),
      ("PROXY UNKNOWN\r\n", nil), ("PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n", nil),
      ("PROXY UNKNOWN " + String(repeating: "x", count: 91) + "\r\n", nil),
    ].map { (bytes($0.0), $0.1) } + [
      (binary(0x21, 0x11, ipv4), "::ffff:192.0.2.7"), (binary(0x21, 0x11, ipv4, more: 300), "::ffff:192.0.2.7"),
      (binary(0x21, 0x21, ipv6), "2001:db8::9"), (binary(0x21, 0x21, ipv6, more: 4096 - 52), "2001:db8::9"),
      // Of the proxy itself, for its health checks, whatever else it says.
      (binary(0x20, 0x00, []), nil), (binary(0x20, 0x11, ipv4), nil), (binary(0x20, 0x55, [1]), nil),
      // Whoever has no address here.
      (binary(0x21, 0x00, []), nil), (binary(0x21, 0x00, [1, 2]), nil), (binary(0x21, 0x12, ipv4), nil),
      (binary(0x21, 0x22, ipv6), nil), (binary(0x21, 0x31, [UInt8](repeating: 47, count: 216)), nil),
    ]

  @Test("one is found with its client, and needs more until its last byte is there", arguments: whole)
  func found(header: [UInt8], client: String?) {
    let expected = client.flatMap { IPv6Address($0) }
    for rest in ["", "GET / HTTP/1.1\r\n", "\r\n\r\n\0", "PROXY "] {
      guard case .header(let found) = read(header + bytes(rest)) else {
        Issue.record("not found in \(text(header))")
        continue
      }
      #expect(found.length == header.count && found.client == expected)
    }
    for count in header.indices { #expect(read(Array(header[..<count])) == .incomplete, "\(count)") }
  }

  @Test(
    "what is none is refused",
    arguments: [
      "GET / HTTP/1.1\r\n", "\u{16}\u{3}\u{1}", "proxy TCP4 1.2.3.4 1.2.3.4 1 1\r\n", " PROXY ", "PROXYTCP4",
      "PROXY  TCP4 1.2.3.4 1.2.3.4 1 1\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1 1\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1 1 \r\n",
      "PROXY TCP4  1.2.3.4 1.2.3.4 1 1\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1 1 1\r\n",
      "PROXY TCP4 1.2.3.4 1.2.3.4 65536 1\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1 -1\r\n", "PROXY TCP4 1.2.3.4 x 1 1\r\n",
      "PROXY TCP4 ::1 ::1 1 1\r\n", "PROXY TCP6 1.2.3.4 1.2.3.4 1 1\r\n", "PROXY TCP4 01.2.3.4 1.2.3.4 1 1\r\n",
      "PROXY TCP4\r\n", "PROXY TCP4 \r\n", "PROXY \r\n", "PROXY UNKNOWNX\r\n", "PROXY UDP4 1.2.3.4 1.2.3.4 1 1\r\n",
      "PROXY UNKNOWN " + String(repeating: "x", count: 92) + "\r\n", String(repeating: "\r\n", count: 3),
      "\r\n\r\n\0\r\nQUIT\r", "\r\n\r\n\0\r\nQUIT\n\u{11}", "\r\n\r\n\0\r\nQUIT\n\u{22}", "\r\nGET / HTTP/1.1\r\n",
    ])
  func refused(line: String) { #expect(read(bytes(line)) == .invalid) }

  @Test("a line that has not ended within its limit is refused")
  func endless() {
    let begun = "PROXY UNKNOWN " + String(repeating: "x", count: 92)
    #expect(read(bytes(begun)) == .incomplete && read(bytes(begun + "x")) == .invalid)
  }

  @Test(
    "addresses that are cut short, unknown families and a content beyond its limit are refused before they have come")
  func malformedBinary() {
    for header in [
      Self.binary(0x21, 0x11, Array(Self.ipv4.dropLast())), Self.binary(0x21, 0x21, Array(Self.ipv6.dropLast())),
      Self.binary(0x21, 0x31, Self.ipv6), Self.binary(0x21, 0x01, Self.ipv4), Self.binary(0x21, 0x41, Self.ipv6),
      Self.binary(0x21, 0x13, Self.ipv4), Self.binary(0x21, 0x11, Self.ipv4, more: 4096),
      Self.binary(0x20, 0x00, [], more: 4081),
    ] {
      #expect(read(header) == .invalid)
      #expect(read(Array(header.prefix(16))) == .invalid)
    }
  }

  @Test("one where none is read is told apart from any other mistake")
  func meant() {
    for (begin, expected) in [
      ("PROXY TCP4 1.2.3.4", true), (Self.signature, true), ("\0\r\nQUIT\n", true), ("\r\n\r\n\0", true),
      ("GET /", false), ("", false), ("\r\n", false), ("\u{16}\u{3}", false), ("PROXYX", false),
    ] {
      let begin = bytes(begin)
      #expect(ProxyHeader.isMeant(by: begin.span) == expected, "\(text(begin))")
      // The parser of heads takes it for none.
      if expected, begin.count > 8 {
        #expect(RequestOutcome(begin + bytes(" 1.2.3.4 1 1\r\n\r\n")).error == .malformedStartLine)
      }
    }
  }
}
