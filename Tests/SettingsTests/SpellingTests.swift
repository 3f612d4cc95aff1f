import Testing

@testable import Settings

@Suite("What was likely meant")
struct SpellingTests {
  @Test(
    "an unknown key names the right one",
    arguments: [
      ("log-format: x", "log-format; did you mean log_format?"),
      ("logFormat: x", "logFormat; did you mean log_format?"),
      ("allowedEndpoints: []", "allowedEndpoints; did you mean allowed_endpoints?"),
      ("body: 1", "body; did you mean limits.body or timeouts.body or upstream.body?"),
      ("auth_tokens: []", "auth_tokens; did you mean auth.tokens?"),
      ("cors:\n  allowed_origins: []", "cors.allowed_origins; did you mean allowed_origins?"),
      ("cors:\n  allowCredentials: true", "cors.allowCredentials; did you mean cors.allow_credentials?"),
      ("cors.allowed-origins: []", "cors.allowed-origins; did you mean allowed_origins?"),
      ("Limits:\n  body: 1", "Limits; did you mean limits?"), ("quite-other: 1", "quite-other"),
      ("endpoints: []", "endpoints; did you mean allowed_endpoints?"),
      ("origins: []", "origins; did you mean allowed_origins?"),
      ("cors:\n  origins: []", "cors.origins; did you mean allowed_origins?"),
      ("log:\n  format: text", "log.format; did you mean log_format?"),
      ("limits:\n  max-body: 1", "limits.max-body; did you mean limits.body?"),
      ("limits:\n  max_connections: 1", "limits.max_connections; did you mean limits.connections?"),
      ("listen: x", "listen; did you mean host or port?"), ("bind: x", "bind; did you mean host or port?"),
      ("FAL_PROXY_PORT: 1", "FAL_PROXY_PORT; did you mean port?"),
      ("FAL_PROXY_BODY: 1", "FAL_PROXY_BODY; did you mean limits.body or timeouts.body or upstream.body?"),
      ("credentials: true", "credentials; did you mean cors.allow_credentials?"),
      ("cors:\n  credentials: false", "cors.credentials; did you mean cors.allow_credentials?"),
    ])
  func keys(yaml: String, rest: String) {
    let found = faults(yaml)
    #expect(found.count == 1 && found[0].hasSuffix(": unknown key \(rest)"), "\(found)")
  }

  @Test(
    "an unknown variable names the right one",
    arguments: [
      ("FAL_PROXY_BODY", "1", "FAL_PROXY_LIMITS_BODY or FAL_PROXY_TIMEOUTS_BODY or FAL_PROXY_UPSTREAM_BODY"),
      ("FAL_PROXY_CORS_ALLOWED_ORIGINS", "a", "FAL_PROXY_ALLOWED_ORIGINS"),
      ("FAL_PROXY_CORS_ORIGINS", "a", "FAL_PROXY_ALLOWED_ORIGINS"),
      ("FAL_PROXY_ENDPOINTS", "a", "FAL_PROXY_ALLOWED_ENDPOINTS"),
      ("FAL_PROXY_CREDENTIALS", "true", "FAL_PROXY_CORS_ALLOW_CREDENTIALS"),
      ("FAL_PROXY_CONFIGS", "a", "FAL_PROXY_CONFIG"),
    ])
  func variables(name: String, value: String, meant: String) {
    var environment: FakeEnvironment = [:]
    environment.values[name] = Array(value.utf8)
    #expect(faults("", environment) == ["\(name): unknown variable; did you mean \(meant)?"])
  }

  @Test("a value in the place of a group names the key that takes it")
  func groupWithValue() {
    let expected = "F:1: tokens: expected keys on indented lines below"
    #expect(faults("tokens: [0123456789abcdef]") == [expected + "; did you mean auth.tokens?"])
    #expect(faults("tokens: true") == [expected])
  }

  @Test("a place for the fal key names the variables that hold it, and not the value")
  func falKey() {
    let cure = "the fal key never stands in the settings: set FAL_KEY, FAL_KEY_ID with FAL_KEY_SECRET, or FAL_KEY_FILE"
    for name in ["fal_key", "FAL_KEY", "key", "credentials", "api_key", "apiKey", "fal-api-key"] {
      #expect(faults("\(name): canary:canary") == ["F:1: unknown key \(name); \(cure)"])
    }
    #expect(faults("auth:\n  key: canary") == ["F:2: unknown key auth.key; \(cure)"])
    #expect(faults("", ["FAL_PROXY_FAL_KEY": "a:b"]) == ["FAL_PROXY_FAL_KEY: unknown variable; \(cure)"])
    #expect(faults("", ["FAL_PROXY_KEY": "a:b"]) == ["FAL_PROXY_KEY: unknown variable; \(cure)"])
  }

  @Test(
    "what may be a secret in the place of a name is not shown",
    arguments: [
      "3f2b8a1c-9d4e-4b7a-8c6f-1e2d3c4b5a69", "3f2b8a1c9d4e4b7a8c6f1e2d3c4b5a69", "a:b", "a b", "a=b",
      String(repeating: "a", count: 65),
    ])
  func secrets(name: String) {
    #expect(!Spelling.isName(name))
    #expect(faults("\"\(name)\": 1") == ["F:1: unknown key"])
  }

  @Test(
    "a wrong word on the command line",
    arguments: [
      (["chek"], "there is no command chek; did you mean check?"),
      (
        ["--port", "80"],
        "--port is a setting and no option: set FAL_PROXY_PORT, or port in the file that --config names"
      ),
      (
        ["serve", "--limits-body=1"],
        "--limits-body is a setting and no option: set FAL_PROXY_LIMITS_BODY, or limits.body in the file that --config "
          + "names"
      ),
      (["--sandbx"], "there is no option --sandbx; did you mean --sandbox?"),
      (
        ["--fal-key=a:b"],
        "there is no such option; the fal key never stands in the settings: set FAL_KEY, FAL_KEY_ID with "
          + "FAL_KEY_SECRET, or FAL_KEY_FILE"
      ),
      (["healtcheck"], "there is no command healtcheck; did you mean healthcheck?"),
      (["run"], "there is no command run; did you mean serve?"),
      (["start"], "there is no command start; did you mean serve?"),
      (["sandbox"], "there is no command sandbox; did you mean serve --sandbox?"),
      (["version"], "there is no command version; did you mean --version?"),
      (["-p", "80"], "-p is a setting and no option: set FAL_PROXY_PORT, or port in the file that --config names"),
      (["-c", "a.yaml"], "there is no option -c; did you mean --config?"),
      (["serve", "-config=a.yaml"], "there is no option -config; did you mean --config?"),
      (["serve", "--sandbox", "--nothing"], nil), (["quite"], nil), (["a:b"], nil), ([], nil),
    ] as [([String], String?)])
  func commandLine(arguments: [String], hint: String?) {
    let text = CommandLineHint.text(
      for: arguments, commands: ["serve", "check", "healthcheck"], options: ["config", "sandbox"])
    #expect(text == hint)
  }
}
