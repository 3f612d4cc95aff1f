import Testing

@testable import Guard

@Suite("Which webhooks may be asked for")
struct WebhookPolicyTests {
  private func decide(_ query: String, _ patterns: [String] = ["hooks.example.com/fal/**"]) -> WebhookRefusal? {
    let policy = WebhookPolicy(patterns.map { try! WebhookPattern($0) })
    do throws(WebhookRefusal) {
      try policy.decide(query: Array(query.utf8).span)
      return nil
    } catch {
      return error
    }
  }

  /// The text with every byte escaped.
  private func escaped(_ text: String) -> String {
    text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test(
    "what a pattern covers passes, escaped or not, and so does a query without a webhook",
    arguments: [
      "", "logs=1", "fal_max_queue_length=3&logs=1", "prompt=a%20webhook;x", "webhook=https://evil.example/",
      "fal_webhook=https://hooks.example.com/fal/done", "fal_webhook=https%3A%2F%2Fhooks.example.com%2Ffal%2Fdone",
      "fal_webhook=https://hooks.example.com/fal/done?job=1", "logs=1&fal_webhook=https://hooks.example.com/fal/",
      "fal_webhook=https%3A%2F%2Fhooks.example.com%2Ffal%2Fdone%3Fa%3D1%26fal_webhook%3Dx",
      "fal_webhook=https://hooks.example.com/fal/a&fal_webhook=https://hooks.example.com/fal/b",
    ])
  func passes(query: String) { #expect(decide(query) == nil) }

  @Test(
    "whatever some reader could take for the name is held to the list, wherever it stands",
    arguments: [
      "fal_webhook", "FAL_WEBHOOK", "Fal_Webhook", "fal%5Fwebhook", "fal%5fwebhook", "%66al_webhook", "fal_%77ebhook",
      "fal%255Fwebhook", "%25%36%36al_webhook", "fal+webhook", "fal.webhook", "fal-webhook", "falWebhook",
      "fal_webhook%00", "+fal_webhook", "fal_webhook%20", "fal_webhook[]", "fal_webhook[0]", "?fal_webhook",
      "%EF%BB%BFfal_webhook",
    ])
  func names(name: String) {
    let evil = "https://evil.example/"
    for query in [
      "\(name)=\(evil)", "logs=1&\(name)=\(evil)", "logs=1;\(name)=\(evil)", "&;\(name)=\(evil);",
      "fal_webhook=https://hooks.example.com/fal/a&\(name)=\(evil)",
      "\(name)=\(evil)&fal_webhook=https://hooks.example.com/fal/a",
      "fal_webhook=https://hooks.example.com/fal/a;\(name)=\(evil)", escaped(name) + "=" + escaped(evil),
    ] {
      #expect(decide(query) != nil, "\(query)")
    }
  }

  @Test(
    "a value that two readers could take differently is none",
    arguments: [
      "", "http://hooks.example.com/fal/a", "HTTPS://hooks.example.com/fal/a", "//hooks.example.com/fal/a",
      "hooks.example.com/fal/a", "https:hooks.example.com/fal/a", "https://hooks.example.com",
      "https://me@hooks.example.com/fal/a", "https://hooks.example.com:443/fal/a", "https://hooks.example.com./fal/a",
      "https://HOOKS.example.com/fal/a", "https://hooks.example.com/fal/a#x", "https://hooks.example.com/fal/../x",
      "https://hooks.example.com/fal/%2e%2e/x", "https://hooks.example.com/fal%2Fa", "https://hooks.example.com/fal//a",
      "https://hooks.example.com\\@evil.example/fal/a", "https://evil.example\\.hooks.example.com/fal/",
      "https://hooks.example.com/fal/a\r\nx: y", " https://hooks.example.com/fal/a", "https://hooks.example.com/fal/a ",
      "https%3A%2F%2Fhooks.example.com%2Ffal%2Fa", "https://[::1]/fal/a", "https://[::ffff:10.0.0.1]/fal/a",
      "https://[fc00::1]/", "https://[fe80::1]/", "https://höoks.example.com/fal/a", "https://hooks。example.com/fal/a",
      "javascript:alert(1)", "\0",
    ])
  func malformed(url: String) {
    #expect(decide("fal_webhook=" + escaped(url), ["**", "hooks.example.com/fal/**"]) == .malformed)
  }

  @Test("a value that stands beside a semicolon, or is missing, is none")
  func ambiguous() {
    for query in [
      "fal_webhook=https://hooks.example.com/fal/a;b", "a;fal_webhook=https://hooks.example.com/fal/a",
      "fal_webhook", "fal_webhook&logs=1", "fal_webhook=https://hooks.example.com/fal/a+b",
    ] {
      #expect(decide(query) == .malformed, "\(query)")
    }
  }

  @Test(
    "private addresses and names are refused, whatever is listed",
    arguments: [
      "localhost", "a.localhost", "printer.local", "metadata.google.internal", "a.lan", "a.home", "a.corp",
      "router.home.arpa", "intranet", "127.0.0.1", "127.1", "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1",
      "100.127.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.1.1", "192.0.0.8", "198.18.0.1",
      "224.0.0.1", "255.255.255.255", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "1.2.3",
      "1.2.3.04", "1.2.3.256", "a.0x1", "-a.example", "xn--.1",
    ])
  func privateHosts(host: String) {
    let patterns = ["**", "*.localhost/**", "localhost/**", "127.0.0.1/**", "*.internal/**"]
    #expect(decide("fal_webhook=https://\(host)/hook", patterns) == .privateHost)
  }

  @Test(
    "a pattern is a host, or all below one, and a path",
    arguments: [
      ("hooks.example.com/fal/**", "hooks.example.com/fal", true),
      ("hooks.example.com/fal/*", "hooks.example.com/fal/a?b=c", true),
      ("hooks.example.com/fal/*", "hooks.example.com/fal/a/b", false),
      ("hooks.example.com/a", "hooks.example.com/a?b", false),
      ("hooks.example.com/a\\?k=*", "hooks.example.com/a?k=1", true),
      ("hooks.example.com/fal/**", "example.com/fal/", false),
      ("hooks.example.com/**", "hooks.example.com.evil.example/", false),
      ("*.example.com/**", "a.b.example.com/x", true),
      ("*.example.com/**", "example.com/x", false), ("*.example.com/**", "evilexample.com/x", false),
      ("*.example.com/**", "evil.example/.example.com/", false), ("**", "a.example/b/c?d", true),
      ("**", "203.0.113.7/b", true), ("203.0.113.7/**", "203.0.113.7/b", true),
      ("203.0.113.7/**", "203.0.113.8/b", false),
    ])
  func patterns(pattern: String, url: String, isListed: Bool) {
    #expect(decide("fal_webhook=https://\(url)", [pattern]) == (isListed ? nil : .notListed))
  }

  @Test(
    "an entry that is none is a fault",
    arguments: [
      "", "*", "hooks.example.com", "https://hooks.example.com/**", "hooks.example.com:8443/**", "Hooks.example.com/**",
      "me@hooks.example.com/**", "*example.com/**", "hooks.*/**", "*/**", "**/x", "*.*.example.com/**", "/x",
      "[::1]/**",
    ])
  func faults(pattern: String) { #expect(throws: PatternError.self) { try WebhookPattern(pattern) } }

  @Test("with an empty list none passes, and in the sandbox any does")
  func ends() {
    #expect(decide("fal_webhook=https://hooks.example.com/fal/a", []) == .notListed)
    for query in ["fal_webhook=http://localhost:3000/x", "fal_webhook=", "FAL_WEBHOOK=x;y"] {
      #expect(throws: Never.self) { try WebhookPolicy.any.decide(query: Array(query.utf8).span) }
    }
  }

  @Test("the time a decision takes grows with the query, not with its square")
  func long() {
    // With a pass for each level of escaping this would take minutes.
    #expect(decide("%" + String(repeating: "25", count: 500_000) + "66al_webhook=x") == .malformed)
  }
}
