import Guard
import Testing

@Suite("Which hosts a request may name")
struct HostPolicyTests {
  private func allows(_ entries: [String], _ authority: String?, loopbackPort: Int?) throws -> Bool {
    let bytes = authority.map { Array($0.utf8) }
    return try HostPolicy(allowedHosts: entries).allows(bytes?.span, loopbackPort: loopbackPort)
  }

  /// Names of the machine that asks: nobody can point them at another.
  private static let own = [
    "localhost", "LOCALHOST", "localhost.", "app.localhost", "a.B.LocalHost", "a.localhost.", "127.0.0.1", "127.0.0.1.",
    "127.255.0.9", "[::1]", "[0:0:0:0:0:0:0:1]",
  ]

  /// Names that are another's, or could be.
  private static let foreign = [
    "rebound.example", "REBOUND.example", "rebound.example.", "notlocalhost", "localhost.example", "xlocalhost",
    "localhost.localdomain", "127.0.0.1.example", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "128.0.0.1",
    "0.0.0.0", "10.0.0.5", "192.168.127.1", "[::]", "[::2]", "[::ffff:127.0.0.1]", "[fe80::1]", "a_b", "xn--80ak6aa92e",
  ]

  @Test("without entries a loopback listener refuses a foreign host together with its own port, and nothing else")
  func loopbackListener() throws {
    for host in Self.foreign {
      for (suffix, port, expected) in [
        (":8080", 8080, false), (":08080", 8080, false), (":8081", 8080, true), (":80", 8080, true),
        (":443", 8080, true), ("", 8080, true), (":", 8080, true),
        // http leaves its own port out.
        ("", 80, false), (":", 80, false), (":80", 80, false), (":8080", 80, true),
      ] {
        #expect(try allows([], host + suffix, loopbackPort: port) == expected, "\(host)\(suffix) at \(port)")
      }
    }
    for host in Self.own {
      for suffix in ["", ":", ":80", ":8080", ":1"] {
        #expect(try allows([], host + suffix, loopbackPort: 8080), "\(host)\(suffix)")
        #expect(try allows([], host + suffix, loopbackPort: 80), "\(host)\(suffix)")
      }
    }
  }

  @Test("without entries any other listener answers to every name")
  func otherListener() throws {
    for host in Self.own + Self.foreign { #expect(try allows([], host + ":8080", loopbackPort: nil)) }
  }

  private static let entries = [
    "app.example.com", "Mixed.Example.ORG", "*.wild.example", "10.0.0.5", "[2001:DB8::5]", "my_service", "*.B.test",
  ]

  @Test(
    "with entries these and the machine's own are answered, whatever the port and the listener",
    arguments: [
      ("app.example.com", true), ("APP.Example.com", true), ("app.example.com.", true), ("app.example.com..", false),
      ("example.com", false), ("x.app.example.com", false), ("app.example.com.evil.test", false),
      ("xapp.example.com", false), ("app-example.com", false), ("mixed.example.org", true),
      ("a.wild.example", true), ("a.b.WILD.example", true), ("a.wild.example.", true), ("wild.example", false),
      (".wild.example", false), ("xwild.example", false), ("a.wild.example.evil.test", false), ("c.b.test", true),
      ("10.0.0.5", true), ("10.0.0.50", false), ("10.0.0.05", false), ("[2001:db8::5]", true),
      ("[2001:db8:0:0:0:0:0:5]", true), ("[2001:db8::6]", false), ("2001", false), ("my_service", true),
      ("my-service", false),
    ])
  func listed(host: String, expected: Bool) throws {
    for suffix in ["", ":", ":80", ":8080", ":443"] {
      for loopbackPort in [nil, 8080] {
        #expect(try allows(Self.entries, host + suffix, loopbackPort: loopbackPort) == expected, "\(host)\(suffix)")
      }
    }
  }

  @Test("the machine's own are answered with entries too, and what is foreign is not")
  func ownAndForeign() throws {
    for loopbackPort in [nil, 80, 8080] {
      for host in Self.own { #expect(try allows(["a.test"], host + ":8080", loopbackPort: loopbackPort)) }
      for host in Self.foreign { #expect(try !allows(["a.test"], host, loopbackPort: loopbackPort), "\(host)") }
    }
  }

  @Test("a request that names no host names no foreign one")
  func absent() throws {
    for entries in [[], ["a.test"]] {
      for loopbackPort in [nil, 80, 8080] { #expect(try allows(entries, nil, loopbackPort: loopbackPort)) }
    }
  }

  @Test(
    "what is no authority passes for nothing, whatever it holds",
    arguments: [
      "", ":", "[", "]", "[]", ":8080", "user@localhost", "localhost@rebound.example", "localhost:8080x",
      "localhost:8080:", "local%68ost", "localhost/", "[::1", "::1", "[::1]8080", "localhost ", " localhost",
      "localhost,rebound.example", "[::1%25eth0]", "[127.0.0.1]", "[localhost]",
    ])
  func malformed(authority: String) throws {
    #expect(try !allows([], authority + ":8080", loopbackPort: 8080))
    #expect(try !allows(["localhost"], authority, loopbackPort: nil))
  }

  @Test(
    "takes nothing for an entry that could be understood otherwise",
    arguments: [
      "https://app.example.com", "app.example.com:443", "app.example.com/", "app.example.com.", ".example.com", "a..b",
      "*", "*.", "*.com", "*.localhost", "*example.com", "a.*.example.com", "*.*.example.com", "*.example.com:80",
      "*.[::1]", "*.a.b.", "::1", "[::1", "[::1]:80", "[1.2.3.4]", "user@a.test", "a b", "é.example", "app.*",
      "a%b.test", String(repeating: "a.", count: 127) + "aa",
    ])
  func faults(entry: String) {
    #expect(throws: PatternError.self) { try HostPolicy(allowedHosts: [entry]) }
    #expect(throws: PatternError.self) { try HostPolicy(allowedHosts: ["a.test", entry]) }
  }
}
