import Testing

@testable import Settings

@Suite("Loading: precedence and faults")
struct SettingsLoaderTests {
  @Test("takes environment over file over default, and says where each value came from")
  func precedence() {
    let loaded = load("port: 1\nlimits:\n  fields: 11\n", ["FAL_PROXY_PORT": "2", "FAL_PROXY_TIMEOUTS_HEAD": "3s"])
    #expect(loaded.faults.isEmpty)
    #expect(loaded.settings.port == 2 && loaded.settings.limits.fields == 11 && loaded.settings.eventLoops == 0)
    #expect(loaded.settings.timeouts.head == .seconds(3))
    #expect(loaded.sources["port"] == "FAL_PROXY_PORT" && loaded.sources["limits.fields"]?.hasSuffix(":3") == true)
    #expect(loaded.sources["event_loops"] == nil)
  }

  @Test("takes FAL_PROXY_PORT over PORT, PORT over the file, and an empty variable for none")
  func port() {
    #expect(load("port: 1", ["PORT": "2"]).settings.port == 2)
    #expect(load("port: 1", ["PORT": "2", "FAL_PROXY_PORT": "3"]).settings.port == 3)
    #expect(load("port: 1", ["PORT": "2", "FAL_PROXY_PORT": ""]).settings.port == 2)
    #expect(faults("", ["PORT": "x"]) == ["PORT: port: expected an integer 0…65535 (0 = any free port)"])
  }

  @Test("reads the file that FAL_PROXY_CONFIG names unless a path is given")
  func configVariable() {
    let (named, given) = (TemporaryFile("port: 1"), TemporaryFile("port: 2"))
    var environment: FakeEnvironment = [:]
    environment.values["FAL_PROXY_CONFIG"] = Array(named.path.utf8)
    func port(_ path: String?) -> Int {
      SettingsLoader.load(configPath: path, environment: environment, keyRequired: false).settings.port
    }
    #expect(port(nil) == 1 && port(given.path) == 2)
  }

  @Test("takes the file that FAL_PROXY_DEFAULTS names for the defaults, below the file and the environment")
  func defaultsVariable() {
    let (standard, given) = (
      TemporaryFile("port: 1\nhost: 0.0.0.0\nforward_fields: [x-a, x-b]\n"),
      TemporaryFile("port: 2\nforward_fields: [x-c]\n")
    )
    var environment: FakeEnvironment = ["FAL_PROXY_PORT": "3"]
    environment.values["FAL_PROXY_DEFAULTS"] = Array(standard.path.utf8)
    let loaded = SettingsLoader.load(configPath: given.path, environment: environment, keyRequired: false)
    #expect(loaded.faults.isEmpty)
    #expect(loaded.settings.host == "0.0.0.0" && loaded.settings.port == 3 && loaded.settings.forwardFields == ["x-c"])
    environment.values["FAL_PROXY_DEFAULTS"] = Array(" ".utf8)
    let empty = SettingsLoader.load(configPath: nil, environment: environment, keyRequired: false)
    #expect(empty.faults.description == "FAL_PROXY_DEFAULTS: names no file; leave it out to run without one")
  }

  @Test("separates lists in the environment by commas; brackets alone are the empty list")
  func lists() {
    let settings = load("", ["FAL_PROXY_ALLOWED_ORIGINS": " a , ,b,", "FAL_PROXY_ALLOWED_ENDPOINTS": "[]"]).settings
    #expect(settings.allowedOrigins == ["a", "b"] && settings.allowedEndpoints.isEmpty)
  }

  @Test(
    "takes an empty variable for a fault where it could open a door, and for none where none is the closed state",
    arguments: ["", " ", ",", "\t,\n", "{}", " { } "])
  func emptyVariables(value: String) {
    for (name, key) in [
      ("AUTH_TOKENS", "auth.tokens"), ("ALLOWED_ENDPOINTS", "allowed_endpoints"), ("ALLOWED_URLS", "allowed_urls"),
      ("ALLOWED_HOSTS", "allowed_hosts"),
      ("UPLOADS_CONTENT_TYPES", "uploads.content_types"),
    ] {
      var environment: FakeEnvironment = [:]
      environment.values["FAL_PROXY_\(name)"] = Array(value.utf8)
      #expect(
        load("", environment).faults.description
          == "FAL_PROXY_\(name): \(key): the variable is empty; leave the variable out, or write []")
    }
    var environment: FakeEnvironment = [:]
    for name in ["ALLOWED_ORIGINS", "FORWARD_FIELDS", "WEBHOOKS_ALLOW"] {
      environment.values["FAL_PROXY_\(name)"] = Array(value.utf8)
    }
    let closed = load("allowed_origins: [a]\nforward_fields: [b]\nwebhooks:\n  allow: [c]\n", environment)
    #expect(closed.faults.isEmpty && closed.settings.allowedOrigins.isEmpty && closed.settings.forwardFields.isEmpty)
    #expect(closed.settings.webhooks.allow.isEmpty)
  }

  @Test("sets every key from its variable and from the file alike")
  func everyKey() {
    let secrets = TemporaryFile(String(repeating: "a1", count: 32) + "\n")
    for key in Settings.table.keys where key.facts.shape != .maps {
      let (variable, yaml): (String, String) =
        switch key.name {
        case "host": ("::1", "'::1'")
        case "path": ("/x", "/x")
        case "log_format": ("text", "text")
        case "access_log": ("errors", "errors")
        case "client_address": ("header:x-a", "header:x-a")
        case "ownership": ("off", "off")
        case "secret_file": (secrets.path, secrets.path)
        case "get_runs": ("true", "true")
        case "auth.mode": ("tokens", "tokens")
        case "auth.tokens_file": ("/a b", "/a b")
        case "auth.tokens": ("0123456789abcdef", "[0123456789abcdef]")
        case "origin_overrides": ("fal.run=https://x", "\n    fal.run: https://x")
        case "fields": ("x-fal-tags=force: a", "\n    x-fal-tags: \"force: a\"")
        case "limits.head", "limits.response_head", "limits.request_target", "limits.body", "limits.collected":
          ("2048", "2KiB")
        case "rates.bytes", "rates_total.bytes": ("2MiB/1h", "2048KiB/60m")
        case "rates.jobs", "rates.streams", "rates_total.jobs", "rates_total.streams": ("7", "7")
        case "rates_identities": ("170", "170")
        case "sandbox.speed": ("2.5", "2.5")
        case "sandbox.map": ("white_changes", "white_changes")
        case _ where key.facts.unit == "limit": ("7/2m", "7/120s")
        case "limits.body_rate": ("2048", "2KiB")
        case "prices_file": ("/dev/null", "/dev/null")
        case "prices_unknown": ("0.5", "0.50")
        case "estimate_default": ("3", "3.0")
        case "budget.user": ("1/day,20/month", "1.00/day, 20.00/month")
        case "budget.total": ("1/day, 5", "[1.00/day, 5.00]")
        case "budget.timezone": ("Europe/Berlin", "Europe/Berlin")
        case "budget.headers": ("all", "all")
        case "tokens.charge": ("0.25", "0.250")
        case "ledger": ("sqlite:/x/y.db", "sqlite:/x/y.db")
        case "ledger_keep": ("30d", "30d")
        case "settle_after": ("60s", "1m")
        case "limits.memory": ("33554432", "32MiB")
        case "limits.log_buffer": ("131072", "128KiB")
        case _ where key.facts.shape == .list: ("one,two", "[one, two]")
        case _ where key.facts.expected.contains("duration"): ("7s", "7000ms")
        case _ where key.facts.expected.contains("integer"): ("17", "17")
        default: ("true", "true")
        }
      let parts = key.name.split(separator: ".")
      let text = parts.count == 2 ? "\(parts[0]):\n  \(parts[1]): \(yaml)\n" : "\(key.name): \(yaml)\n"
      let fromFile = load(text)
      var environment: FakeEnvironment = [:]
      environment.values[key.facts.variable] = Array(variable.utf8)
      let fromEnvironment = load("", environment)
      #expect(fromFile.faults.isEmpty && fromEnvironment.faults.isEmpty, "\(key.name): \(fromFile.faults)")
      #expect(key.show(fromFile.settings) == key.show(fromEnvironment.settings))
      #expect(key.show(fromFile.settings) != key.show(Settings()), "\(key.name) is not stored")
      for other in Settings.table.keys where other.name != key.name {
        #expect(other.show(fromFile.settings) == other.show(Settings()), "\(key.name) changes \(other.name)")
      }
    }
  }

  @Test("reports file, environment and key together, one line each")
  func allTogether() {
    let file = TemporaryFile("timeouts:\n  head: 10\n  hed: 1s\nport: x\nbad: &a\nauth:\n  tokens:\n    - short\n")
    let environment: FakeEnvironment = [
      "FAL_PROXY_LOG_FORMAT": "xml", "FAL_PROXY_LIMIT_HEAD": "1KiB", "FAL_KEY_ID": "x",
    ]
    var loaded = SettingsLoader.load(configPath: file.path, environment: environment, keyRequired: true)
    loaded.reject("allowed_urls", "entry 1: no such host")
    let path = file.path
    #expect(
      loaded.faults.description == """
        \(path):5: an anchor (write the value out where it is used; quote text that starts with '&')
        \(path):2: timeouts.head: expected a duration 10ms…24h such as 10s
        \(path):3: unknown key timeouts.hed; did you mean timeouts.head?
        \(path):4: port: expected an integer 0…65535 (0 = any free port)
        \(path):8: auth.tokens: entry 1: expected a list of tokens of 16 or more visible ASCII characters ([] for none)
        FAL_PROXY_LOG_FORMAT: log_format: expected json or text
        FAL_PROXY_LIMIT_HEAD: unknown variable; did you mean FAL_PROXY_LIMITS_HEAD?
        FAL_KEY_ID: FAL_KEY_SECRET is missing; a key needs both
        default: allowed_urls: entry 1: no such host
        """)
    guard case .failure(let faults) = loaded.result else {
      Issue.record("a load with faults must not succeed")
      return
    }
    #expect(faults == loaded.faults)
  }

  @Test(
    "refuses keys that are unknown, dotted, of the wrong form or without a value",
    arguments: [
      ("prot: 1", "F:1: unknown key prot; did you mean port?"), ("zzzzzz: 1", "F:1: unknown key zzzzzz"),
      ("limts:\n  head: 1KiB", "F:1: unknown key limts; did you mean limits?"),
      ("auth:\n  tokns: []", "F:2: unknown key auth.tokns; did you mean auth.tokens?"),
      ("auth:\n  abcdefgh: x", "F:2: unknown key in auth"),
      ("limits.head: 1KiB", "F:1: unknown key limits.head; write it nested, without the dot"),
      ("limits: 1", "F:1: limits: expected keys on indented lines below"),
      ("log_format:\n  a: b", "F:1: log_format: expected json or text, not a map"),
      ("log_format: [json]", "F:1: log_format: expected json or text, not a list"),
      ("allowed_origins: a", "F:1: allowed_origins: expected a list of browser origins ([] for none), not one value"),
      (
        "allowed_origins:",
        "F:1: allowed_origins: expected a list of browser origins ([] for none), but there is no value"
      ),
      (
        "allowed_origins:\n  - a\n  - b: c",
        "F:3: allowed_origins: entry 2: expected a list of browser origins ([] for none), not a map"
      ),
      (
        "origin_overrides:\n  fal.run: [a]",
        "F:2: origin_overrides: entry 1: expected fal hosts, each once, and their origins: https://host[:port], or "
          + "http:// with a loopback address, not a list"
      ),
      (
        "allowed_origins:\n  - a\n  - b c",
        "F:3: allowed_origins: entry 2: expected a list of browser origins ([] for none)"
      ),
      ("\"a\\nb\": 1", "F:1: unknown key"),
      ("access_log:", "F:1: access_log: expected all, proxy, errors or none, but there is no value"),
    ])
  func badKeys(yaml: String, fault: String) {
    #expect(faults(yaml) == [fault])
  }

  @Test(
    "refuses quotes that came with the value, in lists, maps and single values, and shows nothing of it",
    arguments: [
      ("ALLOWED_ENDPOINTS", "'fal-ai/flux/**'", "allowed_endpoints: entry 1: "),
      ("ALLOWED_ORIGINS", "https://a.example,\"https://b.example\"", "allowed_origins: entry 2: "),
      ("AUTH_TOKENS", "`0123456789abcdef`", "auth.tokens: entry 1: "), ("HOST", "'127.0.0.1'", "host: "),
      ("LIMITS_BODY", "\"1MiB\"", "limits.body: "), ("FORWARD_FIELDS", "'x-a,x-b", "forward_fields: entry 1: "),
      ("ORIGIN_OVERRIDES", "fal.run='https://a.example'", "origin_overrides: entry 1: "),
    ])
  func quotes(name: String, value: String, place: String) {
    var environment: FakeEnvironment = [:]
    environment.values["FAL_PROXY_\(name)"] = Array(value.utf8)
    #expect(faults("", environment) == ["FAL_PROXY_\(name): \(place)the value has quotes around it; leave them out"])
  }

  @Test(
    "warns of variables that are spelled almost as ours",
    arguments: [
      ("FALPROXY_PORT", "FALPROXY_PORT sets nothing: the variable is called FAL_PROXY_PORT"),
      ("fal_proxy_limits_body", "fal_proxy_limits_body sets nothing: the variable is called FAL_PROXY_LIMITS_BODY"),
      ("FalProxy_nothing", "FalProxy_nothing sets nothing: variables of the proxy begin with FAL_PROXY_"),
    ])
  func almostOurs(name: String, warning: String) {
    var environment: FakeEnvironment = ["FAL_PROXY_PORT": "1", "FALPROXY_SERVICE_HOST": "x", "FAL_KEY": "id:secret"]
    environment.values[name] = Array("1".utf8)
    #expect(load("", environment).warnings == [warning])
  }

  @Test("takes a group whose keys are all commented out")
  func emptyGroup() { #expect(faults("limits:\n  # head: 1KiB\ncors: {}\n").isEmpty) }

  @Test("refuses a file that cannot be read, with the system's reason")
  func unreadable() {
    for (path, reason) in [("/nonexistent/a.yaml", "No such file or directory"), ("/tmp", "Is a directory")] {
      let loaded = SettingsLoader.load(configPath: path, environment: FakeEnvironment(), keyRequired: false)
      #expect(loaded.faults.description == "\(path): cannot read the file: \(reason)")
    }
  }

  @Test("passes over the variables that Kubernetes injects for a service called fal-proxy")
  func serviceLinks() {
    let injected: FakeEnvironment = [
      "FAL_PROXY_SERVICE_HOST": "10.0.0.7", "FAL_PROXY_SERVICE_PORT": "8080", "FAL_PROXY_SERVICE_PORT_HTTP": "8080",
      "FAL_PROXY_PORT": "tcp://10.0.0.7:8080", "FAL_PROXY_PORT_8080_TCP": "tcp://10.0.0.7:8080",
      "FAL_PROXY_PORT_8080_TCP_PROTO": "tcp", "FAL_PROXY_PORT_8080_TCP_PORT": "8080",
      "FAL_PROXY_PORT_8080_TCP_ADDR": "10.0.0.7", "FAL_PROXY_REDIS_PORT": "tcp://10.0.0.8:6379",
    ]
    #expect(faults("port: 5", injected).isEmpty)
    #expect(load("port: 5", injected).settings.port == 5)
    #expect(faults("", ["FAL_PROXY_PORT_8080": "1"]) == ["FAL_PROXY_PORT_8080: unknown variable"])
  }
}
