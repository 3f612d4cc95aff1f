import Guard
import Testing

@Suite struct OriginPolicyTests {
  static func decide(
    _ entries: [String], _ origin: String?, host: String? = nil, site: String? = nil
  ) throws -> OriginDecision {
    let policy = try OriginPolicy(allowedOrigins: entries, allowCredentials: false)
    let (origin, host, site) = (origin.map { Array($0.utf8) }, host.map { Array($0.utf8) }, site.map { Array($0.utf8) })
    return policy.decide(origin: origin?.span, host: host?.span, secFetchSite: site?.span)
  }

  @Test("passes a request without Origin")
  func absent() throws {
    #expect(try Self.decide([], nil) == .absent)
    #expect(try Self.decide([], nil, host: "a.example", site: "cross-site") == .absent)
  }

  @Test(
    "takes an origin for its own when host and port equal Host (RFC 6454 §5)",
    arguments: [
      ("https://app.example.com", "app.example.com", true), ("https://app.example.com", "APP.example.COM", true),
      ("https://app.example.com", "app.example.com:443", true), ("https://app.example.com", "app.example.com:", true),
      ("https://app.example.com", "app.example.com:80", false), ("http://localhost", "localhost:80", true),
      ("http://localhost", "localhost:443", false), ("http://localhost:3000", "localhost:3000", true),
      ("http://localhost:3000", "localhost:3001", false), ("http://localhost:3000", "localhost", false),
      ("http://localhost", "localhost:3000", false), ("http://[::1]:3000", "[::1]:3000", true),
      ("http://[::1]", "[::1]", true), ("http://[::1]", "[::1]:80", true), ("http://[::1]:3000", "[::1]", false),
      ("http://[::1]:3000", "[::2]:3000", false), ("http://[::1]", "[::1", false), ("https://a.example", "", false),
      ("https://a.example", "a.example.evil.com", false), ("https://a.example", "xa.example", false),
      ("https://a.example", "a.example:443x", false), ("https://a.example", "a.example:0443", false),
      ("https://a.example", "a.example:65979", false),
    ])
  func sameHost(origin: String, host: String, expected: Bool) throws {
    #expect(try Self.decide([], origin, host: host) == (expected ? .sameOrigin : .refused))
    #expect(try Self.decide([], origin, host: host, site: "cross-site") == .refused)
  }

  @Test("believes Sec-Fetch-Site: same-origin, and no other value of it")
  func fetchSite() throws {
    #expect(try Self.decide([], "https://a.example", host: "inner:8080", site: "same-origin") == .sameOrigin)
    for site in ["same-site", "cross-site", "none", "SAME-ORIGIN", ""] {
      #expect(try Self.decide([], "https://a.example", host: "inner:8080", site: site) == .refused)
      // Nor does an equal Host stand against it.
      #expect(try Self.decide([], "https://a.example", host: "a.example", site: site) == .refused)
      #expect(try Self.decide(["https://a.example"], "https://a.example", host: "a.example", site: site) == .allowed)
    }
    #expect(try Self.decide([], "null", host: "inner", site: "same-origin") == .refused)
  }

  @Test(
    "compares listed origins exactly and lets *. stand for one or more labels",
    arguments: [
      ("https://app.example.com", true), ("http://app.example.com", false), ("https://app.example.com:8443", false),
      ("https://dev.test:8443", true), ("https://dev.test", false), ("http://localhost:3000", true),
      ("https://a.wild.example", true), ("https://a.b.wild.example", true), ("https://a_b.wild.example", true),
      ("https://wild.example", false), ("https://.wild.example", false), ("https://evil-wild.example", false),
      ("https://evilwild.example", false), ("https://a.wild.example.evil.com", false),
      ("https://a.wild.example:8443", false), ("http://a.wild.example", false), ("https://user@x.wild.example", false),
      ("https://a..wild.example", false), ("https://evil.com/.wild.example", false),
      ("https://evil.com#.wild.example", false), ("https://evil.com?.wild.example", false),
      ("https://evil.com:1.wild.example", false), (#"https://evil.com\.wild.example"#, false),
      ("https://A.wild.example", false), ("https://a.wild.example.", false), ("https://a.wild.example/", false),
      ("https://a.port.example:8443", true), ("https://a.port.example", false), ("null", false), ("", false),
      ("*", false), ("https://", false), ("app.example.com", false), ("https://app.example.com,https://b.c", false),
      ("https://app.example.com https://b.c", false), ("https://\u{E4}.wild.example", false),
    ])
  func lists(origin: String, expected: Bool) throws {
    let entries = [
      "https://app.example.com", "https://dev.test:8443", "http://localhost:3000", "https://*.wild.example",
      "https://*.port.example:8443",
    ]
    #expect(try Self.decide(entries, origin, host: "proxy.test") == (expected ? .allowed : .refused), "\(origin)")
    // With `*` beside them the list only changes what the answer is called.
    #expect(try Self.decide(entries + ["*"], origin, host: "proxy.test") == (expected ? .allowed : .anyAllowed))
  }

  @Test(
    "lets a star stand for a part of one label",
    arguments: [
      ("https://my-app-1a-myteam.vercel.app", true), ("https://my-app-x-myteam.vercel.app", true),
      ("https://my-app-a-b-myteam.vercel.app", true), ("https://my-app--myteam.vercel.app", false),
      ("https://my-app-a.b-myteam.vercel.app", false), ("https://my-app-a-other.vercel.app", false),
      ("https://my-app-evil.example-myteam.vercel.app", false), ("https://my-app-1-myteam.vercel.app:8443", false),
      ("http://my-app-1-myteam.vercel.app", false), ("https://x.my-app-1-myteam.vercel.app", false),
      ("https://my-app-1-myteam.vercel.app.evil.example", false), ("https://my-app-*-myteam.vercel.app", false),
      ("https://1-preview.example.com", true), ("https://a.1-preview.example.com", false),
      ("https://-preview.example.com", false), ("https://app-1.port.example:8443", true),
      ("https://app-1.port.example", false), ("https://app-1.port.example:8444", false),
    ])
  func partOfLabel(origin: String, expected: Bool) throws {
    let entries = [
      "https://my-app-*-myteam.vercel.app", "https://*-preview.example.com", "https://app-*.port.example:8443",
    ]
    #expect(try Self.decide(entries, origin) == (expected ? .allowed : .refused))
  }

  @Test(
    "takes the origins of apps and extensions by their exact names, and none for its own",
    arguments: [
      "capacitor://localhost", "ionic://localhost", "tauri://localhost", "app://obsidian.md",
      "chrome-extension://abcdefghijklmnopabcdefghijklmnop", "moz-extension://6a6e3b4e-0b1f-4b0e-8a4e-1c2d3e4f5a6b",
      "safari-web-extension://6a6e3b4e", "http://tauri.localhost", "electron+app://x", "custom://host:1234",
    ])
  func appOrigins(origin: String) throws {
    #expect(try Self.decide([origin], origin) == .allowed)
    #expect(try Self.decide(["*"], origin) == .anyAllowed)
    #expect(try Self.decide([origin], origin + "x") == .refused)
    #expect(try Self.decide([origin], "null") == .refused)
    if !origin.hasPrefix("http") {
      let host = String(origin.split(separator: "/")[1])
      #expect(try Self.decide([], origin, host: host) == .refused)
      #expect(try Self.decide([], origin, host: host + ":80") == .refused)
    }
  }

  @Test(
    "knows where strangers can register a name under a star",
    arguments: [
      ("https://*.vercel.app", "vercel.app"), ("https://my-app-*-myteam.vercel.app", "vercel.app"),
      ("https://*.pages.dev:8443", "pages.dev"), ("https://*.my-app.pages.dev", nil), ("https://*.example.com", nil),
      ("https://my.vercel.app", nil), ("*", nil), ("https://*.notvercel.app", nil),
      ("https://*.up.railway.app", "up.railway.app"), ("https://*.my-app.up.railway.app", nil),
      ("https://*-3000.app.github.dev", "app.github.dev"), ("https://*.id.repl.co", "id.repl.co"),
      ("https://*.someone.repl.co", nil), ("https://*.us-central1.run.app", "us-central1.run.app"),
      ("https://*.a.run.app", "a.run.app"), ("https://*.run.app", "run.app"), ("https://*.notrun.app", nil),
      ("https://*.1.azurestaticapps.net", "1.azurestaticapps.net"), ("https://*.eu.ngrok.io", "eu.ngrok.io"),
      ("https://*.mine.ngrok.io", nil), ("https://*.myshopify.com", "myshopify.com"),
      ("https://*.s3.amazonaws.com", "s3.amazonaws.com"),
      ("https://*.s3.eu-west-1.amazonaws.com", "s3.eu-west-1.amazonaws.com"),
      ("https://*.z6.web.core.windows.net", "z6.web.core.windows.net"),
      ("https://*.uc.r.appspot.com", "uc.r.appspot.com"), ("https://*.mine.appspot.com", nil),
      ("https://*.expo.app", "expo.app"), ("https://*.supabase.co", "supabase.co"),
      ("https://*.blogspot.com", "blogspot.com"), ("https://*.co.uk", "co.uk"), ("https://app-*.com.au", "com.au"),
      ("https://*.co.jp", "co.jp"), ("https://*.mine.co.uk", nil), ("https://*.example.co", nil),
    ])
  func sharedSuffixes(entry: String, suffix: String?) { #expect(SharedSuffixes.suffix(of: entry) == suffix) }

  @Test(
    "refuses entries that no browser's Origin could equal",
    arguments: [
      "", "null", "example.com", "https://", "https://example.com/", "https://example.com/app", "https://Example.com",
      "HTTPS://example.com", "https://user@example.com", "https://example.com:443", "http://example.com:80",
      "https://example.com:", "https://example.com:0", "https://example.com:65536", "https://example.com:8x",
      "https://example.com.", "https://a..b", "https://*", "https://*.com", "https://*.co:8443", "https://x-*.com",
      "https://a*b", "capacitor://*.example.com", "capacitor://", "Capacitor://localhost", "file://localhost",
      "file://",
      "1a://b", "a_b://c", "capacitor:localhost", "capacitor://localhost/", "://localhost", "tauri://localhost:0",
      "https://a.*.example.com", "https://*.*.example.com", "*.example.com", "**", "https://example.com ",
      "https://ex\u{E4}mple.com", "https://[::1", "https://[]", "https://[x]", "https://example.com?x", "https://a,b.c",
    ])
  func bad(entry: String) {
    #expect(throws: PatternError.self) { try OriginPolicy(allowedOrigins: [entry], allowCredentials: false) }
  }

  @Test("refuses * together with credentials (Fetch Standard §3.2.5)")
  func credentials() throws {
    #expect(throws: PatternError.self) { try OriginPolicy(allowedOrigins: ["*"], allowCredentials: true) }
    #expect(try OriginPolicy(allowedOrigins: ["https://a.example"], allowCredentials: true).allowCredentials)
  }
}
