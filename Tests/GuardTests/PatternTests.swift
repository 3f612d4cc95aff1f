import Guard
import Testing

@Suite struct URLPatternTests {
  @Test("compiles every default entry and exposes its host")
  func defaults() throws {
    let hosts = try TargetPolicy.defaultURLs.map { try URLPattern($0).host }
    #expect(Set(hosts) == ["fal.run", "queue.fal.run", "rest.fal.ai", "rest.alpha.fal.ai"])
    #expect(hosts.count == 10)
  }

  @Test(
    "accepts only a literal, lower-case fal host with a path",
    arguments: [
      "*.fal.run/**", "**", "*/x", "fal.run", "Fal.run/**", "evilfal.run/**", "fal.run.evil.com/**", "fal.ru/**",
      "https://fal.run/**", "http://fal.run/**", "fal.run:443/**", "user@fal.run/**", "fal.run./**", ".fal.run/**",
      "a..fal.run/**", "fal?run/**", #"fal\.run/**"#, "/**", "example.com/**", "127.0.0.1/**", "fal.media/**", "",
    ])
  func badHost(text: String) {
    #expect(throws: PatternError.self) { try URLPattern(text) }
  }

  @Test(
    "accepts subdomains of fal.run, fal.ai and falrun.com", arguments: ["api.fal.ai", "wma.fal.run", "a.b.falrun.com"])
  func subdomains(host: String) throws {
    #expect(try URLPattern(host + "/**").host == host)
  }
}

@Suite struct EndpointPatternTests {
  static func endpoint(_ pattern: String, _ text: String) throws -> Bool {
    let bytes = Array(text.utf8)
    return try EndpointPattern(pattern).allows(endpoint: bytes.span)
  }

  static func app(_ pattern: String, _ text: String) throws -> Bool {
    let bytes = Array(text.utf8)
    return try EndpointPattern(pattern).allows(app: bytes.span)
  }

  @Test(
    "covers the endpoint and its stream form, and no other subpath (protocol.md §2.6 i)",
    arguments: [
      ("fal-ai/x", "fal-ai/x", true), ("fal-ai/x", "fal-ai/x/stream", true), ("fal-ai/x", "fal-ai/x/sub", false),
      ("fal-ai/x", "fal-ai/x/stream/stream", false), ("fal-ai/x", "fal-ai/x/streams", false),
      ("fal-ai/x", "fal-ai/xy", false), ("fal-ai/x", "fal-ai/X", false), ("fal-ai/x", "fal-ai", false),
      ("fal-ai/x/stream", "fal-ai/x", false), ("fal-ai/x/stream", "fal-ai/x/stream", true),
      ("fal-ai/fast-*", "fal-ai/fast-a", true), ("fal-ai/fast-*", "fal-ai/fast-a/stream", true),
      ("fal-ai/fast-*", "fal-ai/fast-a/b", false), ("fal-ai/fast-*", "fal-ai/slow", false),
      ("fal-ai/flux/**", "fal-ai/flux", true), ("fal-ai/flux/**", "fal-ai/flux/dev/x", true),
      ("fal-ai/flux/**", "fal-ai/flux-pro", false), ("**", "a/b/c", true),
      ("workflows/me/*", "workflows/me/w", true), ("workflows/me/*", "workflows/me/w/stream", true),
      ("workflows/me/*", "workflows/you/w", false), ("*/x", "fal-ai/x", true), ("*/x", "fal-ai/x/stream", true),
      ("workflows/*", "workflows/me/stream", false),
    ])
  func endpoints(pattern: String, text: String, expected: Bool) throws {
    #expect(try Self.endpoint(pattern, text) == expected, "\(pattern) on \(text)")
  }

  @Test(
    "recognises the app of a follow-up, shortened namespaced ids included (protocol.md §2.2)",
    arguments: [
      ("fal-ai/x", "fal-ai/x", true), ("fal-ai/x/sub", "fal-ai/x", true), ("fal-ai/x", "fal-ai/y", false),
      ("fal-ai/x", "me/x", false), ("fal-ai/**", "fal-ai/y", true), ("fal-ai/**", "me/y", false),
      ("fal-ai/x/**", "fal-ai/x", true), ("fal-ai/fast-*", "fal-ai/fast-a", true), ("**", "a/b", true),
      ("fal-ai/fast-*", "fal-ai/slow", false), ("**/dev", "a/b", true), ("**", "workflows/o/n", true),
      ("workflows/o/n", "workflows/o/n", true), ("workflows/o/n", "workflows/o", true),
      ("workflows/o/n", "o/n", true), ("workflows/o/n", "o/m", false), ("workflows/o/n", "workflows/p", false),
      ("workflows/o/n", "workflows/o/m", false), ("comfy/o/n", "workflows/o/n", false),
      ("comfy/o/*", "o/anything", true), ("workflows/o/**", "o/n", true), ("workflows/o/**", "p/n", false),
      ("*/*", "workflows/o/n", false), ("fal-ai/o/n", "o/n", false),
    ])
  func apps(pattern: String, text: String, expected: Bool) throws {
    #expect(try Self.app(pattern, text) == expected, "\(pattern) on \(text)")
  }

  @Test(
    "refuses patterns that can name no endpoint",
    arguments: [
      "", "*", "flux", "/fal-ai/x", "fal-ai/x/", "fal-ai//x", "https://fal.run/fal-ai/x", #"a\/b/c"#, "a/{b}",
    ])
  func bad(pattern: String) {
    #expect(throws: PatternError.self) { try EndpointPattern(pattern) }
  }

  @Test(
    "names the byte that no endpoint id has",
    arguments: [
      ("fal-ai/flux/**;x/y", ";", 15), ("a:b/c", ":", 2), (#"fal-ai\flux/x"#, #"\"#, 7), ("a/b=c", "=", 4),
      ("a/b%20c", "%", 4),
    ])
  func foreignByte(pattern: String, byte: String, position: Int) {
    do {
      _ = try EndpointPattern(pattern)
      Issue.record("\(pattern) can match nothing")
    } catch {
      #expect(error.message.hasPrefix("has a '\(byte)', which no endpoint id has"))
      #expect(error.message.hasSuffix("at character \(position)"))
    }
  }
}
