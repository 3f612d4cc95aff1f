import Guard
import HTTPWire
import TestSupport
import Testing
import Text

@Suite("The client behind trusted proxies")
struct ClientAddressTests {
  private static let trusted = ["10.0.0.0/8", "2001:db8:f::/48"]

  /// The client of a request with these lines that a trusted peer has passed on; nil where it is the peer itself.
  private func client(_ source: String, _ lines: [(String, String)], trusted: [String] = trusted) throws -> String? {
    let address = try ClientAddress(source, proxies: Networks(trusted))
    let head = Array(("GET / HTTP/1.1\r\nhost: a\r\n" + lines.map { "\($0): \($1)\r\n" }.joined() + "\r\n").utf8)
    var parser = RequestHeadParser(limits: HeadLimits(head: 1 << 16, fields: 1000, requestTarget: 1024))
    var scanned = 0
    _ = try parser.parse(head.span, scanned: &scanned)
    return address.client(in: parser.head.fields, head.span).map { $0.mapped.map { "\($0)" } ?? "\($0)" }
  }

  @Test(
    "of X-Forwarded-For it is the last address that is not trusted, all lines read as one list",
    arguments: [
      (["192.0.2.7"], "192.0.2.7"), (["192.0.2.7, 10.0.0.1"], "192.0.2.7"), (["192.0.2.7", "10.0.0.1"], "192.0.2.7"),
      (["6.6.6.6, 192.0.2.7"], "192.0.2.7"), (["6.6.6.6", "192.0.2.7"], "192.0.2.7"),
      (["6.6.6.6, 192.0.2.7 ,\t10.0.0.1", "10.0.0.2,10.0.0.3"], "192.0.2.7"), (["2001:db8::9"], "2001:db8::9"),
      (["2001:DB8:0::9, 2001:db8:f::1"], "2001:db8::9"), (["::ffff:192.0.2.7"], "192.0.2.7"),
      (["192.0.2.7:4711"], "192.0.2.7"), (["[2001:db8::9]:4711"], "2001:db8::9"), (["[2001:db8::9]"], "2001:db8::9"),
      (["6.6.6.6, 192.0.2.7:1, 10.0.0.1:2"], "192.0.2.7"),
      // Whatever stands left of the client makes no difference.
      (["unknown, 192.0.2.7"], "192.0.2.7"), (["\", 192.0.2.7"], "192.0.2.7"), ([", 192.0.2.7"], "192.0.2.7"),
      (["", "192.0.2.7"], "192.0.2.7"), (["for=1.2.3.4;", "192.0.2.7"], "192.0.2.7"),
      // A proxy that is not trusted is the client, whoever is behind it.
      (["10.0.0.9, 192.0.2.7"], "192.0.2.7"), (["192.0.2.6, 192.0.2.7, 10.0.0.1"], "192.0.2.7"),
    ])
  func forwardedFor(values: [String], expected: String) throws {
    #expect(try client("x-forwarded-for", values.map { ("X-Forwarded-For", $0) }) == expected)
  }

  @Test(
    "nothing, trusted addresses alone and what cannot be read leave it to the peer",
    arguments: [
      [], [""], ["10.0.0.1"], ["10.0.0.1, 10.0.0.2", "2001:db8:f::1"], ["unknown"], ["192.0.2.7, unknown"],
      ["192.0.2.7, unknown, 10.0.0.1"], ["192.0.2.7", "x", "10.0.0.1"], ["192.0.2.7,"], ["192.0.2.7, , 10.0.0.1"],
      ["192.0.2.7", ""], ["192.0.2.7 192.0.2.8"], ["192.0.2.7;"], ["\"192.0.2.7\""], ["192.0.2.7:"], ["192.0.2.7:x"],
      ["192.0.2.7:123456"], ["[192.0.2.7]"], ["[2001:db8::9"], ["2001:db8::9]"], ["[2001:db8::9]4711"], ["[]"],
      ["192.0.2"], ["192.0.2.07"], ["fe80::1%eth0"], ["192.0.2.7:_x"], ["for=192.0.2.7"], [":"], ["a.example"],
    ])
  func forwardedForIsNone(values: [String]) throws {
    #expect(try client("x-forwarded-for", values.map { ("x-forwarded-for", $0) }) == nil)
  }

  @Test(
    "of Forwarded it is the last address that is not trusted (RFC 7239)",
    arguments: [
      (["for=192.0.2.7"], "192.0.2.7"), (["For=\"192.0.2.7\""], "192.0.2.7"),
      (["for=\"192.0.2.7:47011\""], "192.0.2.7"),
      (["for=\"[2001:db8:cafe::17]:4711\""], "2001:db8:cafe::17"), (["for=\"[2001:db8::9]\""], "2001:db8::9"),
      (["for=\"[2001:db8::9]:_port.1\""], "2001:db8::9"), (["for=192.0.2.7;proto=http;by=203.0.113.43"], "192.0.2.7"),
      (["by=_x;for=192.0.2.7 ; host=\"a,b;for=6.6.6.6\""], "192.0.2.7"), (["for=192.0.2.7, for=10.0.0.1"], "192.0.2.7"),
      (["for=6.6.6.6, for=192.0.2.7", "for=10.0.0.1;proto=https"], "192.0.2.7"),
      (["for=192.0.2.7;host=\"a\\\", for=6.6.6.6\""], "192.0.2.7"), (["for=192.0.2.7;host=\"a\\\\\""], "192.0.2.7"),
      // What a client has sent is not reached, a quote left open neither.
      (["for=\", for=192.0.2.7"], "192.0.2.7"), (["for=\"\\, for=\"[2001:db8::9]\""], "2001:db8::9"),
      (["for=unknown, for=192.0.2.7"], "192.0.2.7"), (["\"", "for=192.0.2.7"], "192.0.2.7"),
    ])
  func forwarded(values: [String], expected: String) throws {
    #expect(try client("forwarded", values.map { ("Forwarded", $0) }) == expected)
  }

  @Test(
    "hidden, unknown and malformed hops leave it to the peer",
    arguments: [
      [], [""], ["for=unknown"], ["for=_hidden"], ["for=\"_hidden\""], ["for=\"unknown\""], ["for=10.0.0.1"],
      ["for=192.0.2.7, for=unknown"], ["for=192.0.2.7, for=_x, for=10.0.0.1"], ["for=192.0.2.7, proto=http"],
      ["for=192.0.2.7,"], ["192.0.2.7"], ["for"], ["for="], ["=192.0.2.7"], ["for=192.0.2.7;for=192.0.2.8"],
      ["for =192.0.2.7"], ["for= 192.0.2.7"], ["for=192.0.2.7:80"], ["for=[2001:db8::9]"], ["for=2001:db8::9"],
      ["for=\"2001:db8::9\""], ["for=\"192.0.2.7"], ["for=192.0.2.7\""], ["for=\"192.0.2.7\\\""],
      ["for=\"192.0\\.2.7\""], ["for=\"192.0.2.7:_\""], ["for=\"192.0.2.7:_a b\""], ["for=192.0.2.7;x"],
      ["for='192.0.2.7'"],
      ["for=\"\""], ["for=\""],
    ])
  func forwardedIsNone(values: [String]) throws {
    #expect(try client("forwarded", values.map { ("forwarded", $0) }) == nil)
  }

  @Test(
    "of a field of a name of its own it is the one address there",
    arguments: [
      (["192.0.2.7"], "192.0.2.7"), (["[2001:db8::9]:1"], "2001:db8::9"), (["192.0.2.7:1"], "192.0.2.7"), ([], nil),
      (["192.0.2.7", "192.0.2.7"], nil), (["192.0.2.7, 192.0.2.8"], nil), ([""], nil), (["10.0.0.1"], nil),
      (["x"], nil),
    ] as [([String], String?)])
  func named(values: [String], expected: String?) throws {
    #expect(try client("header:CF-Connecting-IP", values.map { ("cf-Connecting-ip", $0) }) == expected)
  }

  @Test("no other source than the one that is set is read")
  func onlyOne() throws {
    let lines = [("x-forwarded-for", "192.0.2.1"), ("forwarded", "for=192.0.2.2"), ("x-real-ip", "192.0.2.3")]
    for (source, expected) in [
      ("x-forwarded-for", "192.0.2.1"), ("forwarded", "192.0.2.2"), ("header:x-real-ip", "192.0.2.3"),
      ("proxy_protocol", nil), ("header:x-client-ip", nil),
    ] {
      #expect(try client(source, lines) == expected)
      #expect(try client(source, lines.filter { $0.1.hasSuffix(expected ?? "") == false }) == nil)
    }
  }

  @Test(
    "what is no source is refused with what to write",
    arguments: [
      ("", "is none of"), ("xff", "is none of"), ("X-Forwarded-For", "is none of"), ("header:", "is none of"),
      ("header:a b", "is none of"), ("header:a:b", "is none of"), ("header:Host", "names a field of"),
      ("header:authorization", "names a field of"), ("header:Proxy-Authorization", "names a field of"),
      ("header:connection", "names a field of"), ("header:cookie", "names a field of"),
    ])
  func refused(text: String, message: String) {
    #expect { try ClientAddress(text, proxies: Networks([])) } throws: {
      ($0 as? PatternError)?.message.contains(message) == true
    }
  }

  @Test("the field that tells of a client is named, of whatever source")
  func field() throws {
    let address = try ClientAddress("header:cf-connecting-ip", proxies: Networks([]))
    for (line, expected) in [
      ("X-FORWARDED-FOR: 1", "X-Forwarded-For"), ("forwarded: x", "Forwarded"), ("x-real-ip: x", "X-Real-IP"),
      ("CF-Connecting-IP: x", "cf-connecting-ip"), ("true-client-ip: x", nil),
    ] {
      let head = Array("GET / HTTP/1.1\r\nhost: a\r\n\(line)\r\n\r\n".utf8)
      var parser = RequestHeadParser(limits: HeadLimits())
      var scanned = 0
      _ = try parser.parse(head.span, scanned: &scanned)
      #expect(address.field(in: parser.head.fields, head.span) == expected)
      #expect(parser.head.isForwarded == (expected?.hasPrefix("cf") == false))
    }
  }

  /// However hops are spread over lines and whatever stands among them: what is right of the answer are trusted addresses
  /// alone, so that nobody who is not trusted can have put it there.
  @Test("the answer never lies left of an address that is not trusted", arguments: ["x-forwarded-for", "forwarded"])
  func neverLeftOfAStranger(source: String) throws {
    var random = SplitMix64(seed: 7)
    let strangers = ["192.0.2.1", "192.0.2.2", "2001:db8::1", "198.51.100.1"]
    let proxies = ["10.0.0.1", "10.255.0.1", "2001:db8:f::1"]
    let noise = ["unknown", "", "\"", "\\", "a\\\"", "_x", "for=\"", ";", "for=1.2.3.4;for=1.2.3.4", "[::1"]
    func written(_ address: String) -> String {
      guard source == "forwarded" else { return address }
      return address.contains(":") ? "for=\"[\(address)]\"" : "for=\(address)"
    }
    for _ in 0..<5000 {
      var hops: [(text: String, address: String?)] = []
      for _ in 0..<Int.random(in: 0...6, using: &random) {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: hops.append((noise.randomElement(using: &random)!, nil))
        case 1, 2:
          let address = strangers.randomElement(using: &random)!
          hops.append((written(address), address))
        default:
          let address = proxies.randomElement(using: &random)!
          hops.append((written(address), address))
        }
      }
      var lines: [(String, String)] = []
      for (index, hop) in hops.enumerated() {
        if index == 0 || Bool.random(using: &random) {
          lines.append((source, hop.text))
        } else {
          lines[lines.count - 1].1 += ", " + hop.text
        }
      }
      let last = hops.last { !proxies.contains($0.address ?? "") }
      // What is written well at the end is found; a hop that cannot be read has no address.
      #expect(try client(source, lines) == last?.address, "\(lines)")
    }
  }
}
