import Testing

@testable import Settings

@Suite("Values: types, units and ranges")
struct SettingValuesTests {
  @Test(
    "takes the ends of every range and refuses what lies beyond",
    arguments: [
      ("FAL_PROXY_PORT", ["0", "65535"], ["65536", "-1", "80.0", "+80", "", "0x50", "99999999999999999999"]),
      ("FAL_PROXY_EVENT_LOOPS", ["0", "64"], ["65"]), ("FAL_PROXY_CORS_MAX_AGE", ["0s", "24h"], ["25h", "0"]),
      ("FAL_PROXY_LIMITS_HEAD", ["1KiB", "65536"], ["1023", "65KiB"]),
      ("FAL_PROXY_LIMITS_FIELDS", ["10", "1000"], ["9", "1001"]),
      ("FAL_PROXY_LIMITS_REQUEST_TARGET", ["256B", "32KiB"], ["255", "33KiB"]),
      ("FAL_PROXY_LIMITS_BODY", ["0", "10GiB"], ["11GiB", "1KB", "1 MiB", "1.5MiB", "9999999999999GiB"]),
      ("FAL_PROXY_LIMITS_RESPONSE_HEAD", ["1KiB", "64KiB"], ["1B", "1MiB"]),
      ("FAL_PROXY_LIMITS_CONNECTIONS", ["1", "1000000"], ["0", "1000001"]),
      (
        "FAL_PROXY_TIMEOUTS_HEAD", ["10ms", "24h", "1m"],
        ["9ms", "86401s", "10", "10 s", "s", "1d", "-1s", "0s", "99999999999999999h"]
      ),
      ("FAL_PROXY_UPSTREAM_IDLE_CONNECTIONS", ["0", "10000"], ["10001"]),
      ("FAL_PROXY_SANDBOX_RUNNERS", ["1", "64"], ["0", "65"]),
      ("FAL_PROXY_SANDBOX_MAP", ["black_changes", "white_changes"], ["black", "White_changes", ""]),
      ("FAL_PROXY_SANDBOX_IMAGE_SIDE", ["16", "4096"], ["15", "4097"]),
      (
        "FAL_PROXY_SANDBOX_SPEED", ["0.1", "1", "2.5", "1000", "1000.0"],
        ["0", "0.0", "0.05", "1000.1", "1.", ".5", "1.25", "1e2", "-1", "inf", "1.0.0", "99999999999999999999"]
      ),
      ("FAL_PROXY_DRAIN_DELAY", ["0s", "5m"], ["301s"]),
      ("FAL_PROXY_DRAIN_TIMEOUT", ["0s", "1h"], ["3601s"]),
      ("FAL_PROXY_ACCESS_LOG", ["all", "proxy", "errors", "none", "true", "false"], ["True", "yes", "1", ""]),
      ("FAL_PROXY_LOG_FORMAT", ["json", "text"], ["JSON", "xml"]),
      (
        "FAL_PROXY_HOST", ["0.0.0.0", "::", "::1", "localhost"],
        [
          "[::1]", "127.1", "example.com", "fe80::1%lo", "1.2.3.256", "224.0.0.1", "255.255.255.255", "ff02::1",
          "::ffff:224.0.0.1",
        ]
      ),
      ("FAL_PROXY_PATH", ["/", "/a/b-c_d.e~f"], ["a", "/healthz", "/readyz", "/a?b", "/ä", "/a b", "/%41"]),
      (
        "FAL_PROXY_AUTH_TOKENS", ["0123456789abcdef", " 0123456789abcdef , 0123456789abcdeg ,"],
        ["0123456789abcde", "0123456789abcdé", "01234567 9abcdef"]
      ),
      (
        "FAL_PROXY_ORIGIN_OVERRIDES", ["queue.fal.run=https://a.example"],
        ["queue.fal.run", "=https://a", "a b=https://a", "a=https://b,a=https://c", "a=ftp://b"]
      ),
    ])
  func ranges(variable: String, good: [String], bad: [String]) {
    for text in good {
      var environment: FakeEnvironment = [:]
      environment.values[variable] = Array(text.utf8)
      let loaded = SettingsLoader.load(configPath: nil, environment: environment, keyRequired: false)
      #expect(loaded.faults.isEmpty, "\(variable)=\(text)")
      #expect(loaded.sources.values.contains(variable))
    }
    for text in bad where !text.isEmpty {
      var environment: FakeEnvironment = [:]
      environment.values[variable] = Array(text.utf8)
      let loaded = SettingsLoader.load(configPath: nil, environment: environment, keyRequired: false)
      #expect(loaded.faults.all.count == 1, "\(variable)=\(text)")
      #expect(loaded.faults.all.first?.source == variable && loaded.sources.isEmpty)
    }
  }

  @Test(
    "reads origins of overrides",
    arguments: [
      ("https://a.example", "https://a.example:443"), ("https://A.Example:8443", "https://a.example:8443"),
      ("https://[2001:db8::1]:1", "https://[2001:db8::1]:1"), ("https://10.0.0.1", "https://10.0.0.1:443"),
      ("http://127.9.9.9:9000", "http://127.9.9.9:9000"), ("http://[::1]", "http://[::1]:80"),
      ("http://localhost:80", "http://localhost:80"), ("HTTP://LOCALHOST", "http://localhost:80"),
    ])
  func origins(url: String, described: String) {
    #expect(OriginOverride(url)?.description == described)
  }

  @Test(
    "refuses an origin that is none, or that would send the key in the clear",
    arguments: [
      "", "https://", "http://", "a.example", "ftp://a", "https://a/", "https://a/b", "https://a?b", "https://a#b",
      "https://u@a", "https://u:p@a", "https://a:", "https://a:0", "https://a:65536", "https://a:+1", "https://a:1:2",
      "https://[::1", "https://::1", "https://[::1]a", "https://[::1%lo]", "https://[127.0.0.1]", "https://a..b",
      "https://a.",
      "https://-a", "https://a_b", "https://ä.example", "https://a b", "https://1.2.3", "https://a\u{0}b",
      "https://[::1\u{0}]",
      "http://a.example", "http://10.0.0.1", "http://[2001:db8::1]", "http://[::]", "http://[::ffff:127.0.0.1]",
      "http://0.0.0.0",
      "http://127.1", "http://2130706433", "http://0x7f.1", "http://0177.0.0.1", "http://localhost.example",
      "http://127.0.0.1.example",
    ])
  func noOrigins(url: String) {
    #expect(OriginOverride(url) == nil)
  }

  @Test("splits an override into host, port and TLS; IPv6 without brackets")
  func originParts() throws {
    let origin = try #require(OriginOverride("http://[::1]:9000"))
    #expect(origin.host == "::1" && origin.port == 9000 && !origin.isTLS)
    let overrides = load("origin_overrides:\n  Queue.fal.run: https://x.example\n  fal.run: http://127.0.0.1:1")
      .settings
      .originOverrides
    #expect(overrides["queue.fal.run"]?.port == 443 && overrides["fal.run"]?.host == "127.0.0.1")
  }

  @Test("puts the built-in list where @default stands")
  func defaultMarker() {
    let settings = load("allowed_urls: [\"@default\", x]\nallowed_endpoints: [a/b, \"@default\", a/b]").settings
    #expect(settings.allowedURLs == ["@default", "x"])
    #expect(settings.allowedEndpoints == ["a/b", "fal-ai/flux-differential-diffusion"])
    #expect(Settings.expanding(settings.allowedURLs, with: ["p", "x"]) == ["p", "x"])
  }

  @Test("means the models of the embedded fal and its faults where that answers")
  func sandboxMarker() {
    func load(_ yaml: String, isSandboxed: Bool) -> Settings {
      let file = TemporaryFile(yaml)
      return SettingsLoader.load(
        configPath: file.path, environment: FakeEnvironment(), keyRequired: false, isSandboxed: isSandboxed
      ).settings
    }
    let yaml = "allowed_endpoints: [a/b, '@default']\ngroups:\n  - name: default\n    endpoints: ['@default']\n"
    let listed = [
      "fal-ai/flux-differential-diffusion", "fal-ai/flux-general/differential-diffusion", "sandbox/**",
      "workflows/sandbox/**", "comfy/sandbox/**",
    ]
    #expect(load("port: 1", isSandboxed: true).allowedEndpoints == listed)
    #expect(load(yaml, isSandboxed: true).allowedEndpoints == ["a/b"] + listed)
    #expect(load(yaml, isSandboxed: true).groups.map(\.endpoints) == [listed])
    #expect(load(yaml, isSandboxed: false).groups.map(\.endpoints) == [[listed[0]]])
    #expect(load("port: 1", isSandboxed: false).allowedEndpoints == [listed[0]])
  }

  @Test("describes durations and sizes in their largest whole unit")
  func describes() {
    #expect(UnitText.describe(.milliseconds(1500)) == "1500ms" && UnitText.describe(.seconds(7200)) == "2h")
    #expect(UnitText.describe(.seconds(0)) == "0s" && UnitText.describe(.seconds(65)) == "65s")
    #expect(UnitText.describe(size: 0) == "0B" && UnitText.describe(size: 1025) == "1025B")
    #expect(UnitText.describe(size: 10 << 30) == "10GiB")
  }
}
