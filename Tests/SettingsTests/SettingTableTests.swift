import Testing

@testable import Settings

@Suite("The table: groups in groups, lists of maps")
struct SettingTableTests {
  private let yaml = """
    name: abc
    a:
      size: 2KiB
      b:
        deep: 7
        c:
          deepest: 5s
      issuers:
        - name: https://id.example
          keys:
            shared: [0123456789]
          claims:
            aud: me
            tier: 'a, b'
    groups:
      - name: free
        endpoints: [fal-ai/x]
        rates:
          submits: 3/10s
      - name: paid
        endpoints:
          - fal-ai/**
          - "@default"
        members:
          - id: 1
          - id: 2
    prices:
      - endpoint: fal-ai/x
        price: 250
      - endpoint: fal-ai/y
        unit: second
        price: 1

    """

  @Test("fills groups, groups in groups, lists of maps, maps in them and lists in those")
  func fills() throws {
    let (settings, sources, faults) = example(yaml)
    #expect(faults.isEmpty)
    #expect(settings.name == "abc" && settings.size == 2048 && settings.deep == 7 && settings.deepest == .seconds(5))
    let (free, paid) = (try #require(settings.groups.first), try #require(settings.groups.last))
    #expect(free.name == "free" && free.endpoints == ["fal-ai/x"] && free.members.isEmpty)
    #expect(free.submits == .init(count: 3, period: .seconds(10)) && free.polls == ExampleGroup().polls)
    #expect(paid.endpoints == ["fal-ai/**", "@default"] && paid.members.map(\.id) == [1, 2])
    #expect(paid.submits == ExampleGroup().submits)
    #expect(settings.prices.map(\.unit) == ["image", "second"] && settings.prices.map(\.price) == [250, 1])
    let issuer = try #require(settings.issuers.first)
    #expect(issuer.secrets.count == 1 && issuer.claims == ["aud": "me", "tier": "a, b"])
    #expect(sources["a.b.c.deepest"] == "F:7" && sources["groups"] == "F:15" && sources["groups[2]"] == "F:20")
    #expect(sources["groups[1].rates.submits"] == "F:19" && sources["groups[2].members[2].id"] == "F:26")
    #expect(sources["a.issuers[1].claims"] == "F:12" && sources["groups[1].rates.polls"] == nil)
  }

  @Test(
    "names file, line and place of every fault in a map of a list",
    arguments: [
      (
        "groups:\n  - name: free\n    endpoints: [x]\n  - name: p4id\n    endpoints: [x]",
        ["F:4: groups[2].name: expected a name of letters"]
      ),
      ("groups:\n  - endpoints: [x]", ["F:2: groups[1].name: this key is missing; expected a name of letters"]),
      (
        "prices:\n  - {}",
        [
          "F:2: prices[1].endpoint: this key is missing; expected an endpoint id",
          "F:2: prices[1].price: this key is missing; expected an integer 0…1000000",
        ]
      ),
      (
        "groups:\n  - name: a\n    endpoints: [x]\n    rates:\n      submits: fast\n      pols: 1/1s",
        [
          "F:5: groups[1].rates.submits: expected a rate such as 30/1m",
          "F:6: unknown key groups[1].rates.pols; did you mean groups[1].rates.polls?",
        ]
      ),
      (
        "groups:\n  - nam: a\n    name: b\n    endpoints: [x]\n    rates.submits: 1/1s\n    rate: 5",
        [
          "F:2: unknown key groups[1].nam; did you mean groups[1].name?",
          "F:5: unknown key groups[1].rates.submits; write it nested, without the dot",
          "F:6: unknown key groups[1].rate; did you mean groups[1].rates?",
        ]
      ),
      (
        "groups:\n  - name: a\n    endpoints: [x, 'y z', {}]",
        ["F:3: JSON"]
      ),
      (
        "groups:\n  - name: a\n    endpoints:\n      - x\n      - y z\n      - k: v\n      -  ~",
        [
          "F:5: groups[1].endpoints: entry 2: expected a list of endpoint patterns ([] for none)",
          "F:6: groups[1].endpoints: entry 3: expected a list of endpoint patterns ([] for none), not a map",
          "F:7: groups[1].endpoints: entry 4: expected a list of endpoint patterns ([] for none), but there is no value",
        ]
      ),
      (
        "groups:\n  - name: a\n    endpoints: [x]\n    members:\n      - id: 1\n      - id: 10\n      - 5\n      - {}",
        [
          "F:6: groups[1].members[2].id: expected an integer 1…9",
          "F:7: groups[1].members[3]: expected a map ('- key: value'), not one value",
          "F:8: groups[1].members[4].id: this key is missing; expected an integer 1…9",
        ]
      ),
      (
        "groups:\n  - free\n  - ~\n",
        [
          "F:2: groups[1]: expected a map ('- key: value'), not one value",
          "F:3: groups[2]: expected a map ('- key: value'), but there is no value",
        ]
      ),
      ("groups: free", ["F:1: groups: expected a list of groups ([] for none), not one value"]),
      ("groups:\n  name: free", ["F:1: groups: expected a list of groups ([] for none), not a map"]),
      ("groups:", ["F:1: groups: expected a list of groups ([] for none), but there is no value"]),
      (
        "groups:\n  - name: [a]\n    endpoints: x\n    rates: 5",
        [
          "F:2: groups[1].name: expected a name of letters, not a list",
          "F:3: groups[1].endpoints: expected a list of endpoint patterns ([] for none), not one value",
          "F:4: groups[1].rates: expected keys on indented lines below",
        ]
      ),
    ])
  func faultsInMaps(yaml: String, expected: [String]) {
    let faults = example(yaml).faults
    #expect(faults.count == expected.count && zip(faults, expected).allSatisfy { $0.hasPrefix($1) }, "\(faults)")
    if expected != ["F:3: JSON"] { #expect(faults == expected) }
  }

  @Test("says nothing of missing keys in a map with a line that could not be read")
  func unreadableLines() {
    for (yaml, line) in [
      ("groups:\n  - name a\n    endpoints: [x]\n", 3), ("groups:\n  - endpoints: [x]\n    rates: &x\n", 3),
      ("groups:\n  - endpoints: [x]\n      name: a\n", 3), ("groups:\n  - name: *a\n    endpoints: [x]\n", 2),
      ("groups:\n  - endpoints: [x]\n    rates:\n      polls 5\n", 4), ("groups:\n  - &a\n    name: b\n", 2),
    ] {
      let faults = example(yaml).faults
      #expect(faults.count == 1 && faults[0].hasPrefix("F:\(line): "), "\(faults)")
    }
  }

  @Test("counts a map that could not be read")
  func counting() {
    #expect(
      example("groups:\n  - &a\n  - name: 5\n    endpoints: []\n").faults.last
        == "F:3: groups[2].name: expected a name of letters")
  }

  @Test(
    "refuses unknown and dotted names at every level of the groups",
    arguments: [
      ("a:\n  b:\n    dep: 1", "F:3: unknown key a.b.dep; did you mean a.b.deep?"),
      ("a:\n  b.deep: 1", "F:2: unknown key a.b.deep; write it nested, without the dot"),
      ("a.b:\n  deep: 1", "F:1: unknown key a.b; write it nested, without the dot"),
      ("a:\n  b:\n    cc:\n      deepest: 1s", "F:3: unknown key a.b.cc; did you mean a.b.c?"),
      ("a:\n  b: 1", "F:2: a.b: expected keys on indented lines below"),
      ("b:\n  deep: 1", "F:1: unknown key b; did you mean a.b?"),
      ("zzzzzz: 1", "F:1: unknown key zzzzzz"), ("a:\n  zzzzzz: 1", "F:2: unknown key a.zzzzzz"),
    ])
  func unknownNames(yaml: String, fault: String) {
    #expect(example(yaml).faults == [fault])
  }

  @Test("never shows a name beside a secret that resembles none of its keys")
  func namesBesideSecrets() {
    let yaml =
      "a:\n  issuers:\n    - name: https://id.example\n      keys:\n        canary6b1f9a: x\n        shard: []\n"
    #expect(
      example(yaml).faults == [
        "F:5: unknown key in a.issuers[1].keys",
        "F:6: unknown key a.issuers[1].keys.shard; did you mean a.issuers[1].keys.shared?",
      ])
    #expect(
      example("a:\n  issuers:\n    - name: https://id.example\n      canary6b1f9a: x\n").faults == [
        "F:4: unknown key a.issuers[1].canary6b1f9a"
      ])
    #expect(example("a:\n  issuers:\n    canary6b1f9a: x\n").faults.count == 1)
    #expect(!example("a:\n  issuers:\n    canary6b1f9a: x\n").faults[0].contains("canary6b1f9a"))
  }

  @Test("takes groups in groups from variables, and refuses the variable of a list of maps")
  func environment() {
    let (settings, sources, faults) = example("", ["FAL_PROXY_A_B_DEEP": "8", "FAL_PROXY_A_B_C_DEEPEST": "2s"])
    #expect(faults.isEmpty && settings.deep == 8 && settings.deepest == .seconds(2))
    #expect(sources["a.b.deep"] == "FAL_PROXY_A_B_DEEP")
    for value in ["", "[]", "x", "[{name: a}]"] {
      #expect(
        example("groups: []", ["FAL_PROXY_GROUPS": value].environment).faults == [
          "FAL_PROXY_GROUPS: groups: a list of maps can only be given in the file; leave the variable out"
        ])
    }
    #expect(
      example("", ["FAL_PROXY_GROUP": "x", "FAL_PROXY_A_SIZ": "1"]).faults == [
        "FAL_PROXY_A_SIZ: unknown variable; did you mean FAL_PROXY_A_SIZE?", "FAL_PROXY_GROUP: unknown variable",
      ])
  }

  @Test("lists what is in force as it would be written, and no secret")
  func listing() {
    let lines = ExampleSettings.table.listing(of: example(yaml).settings)
    #expect(
      lines == [
        "name: abc", "a.size: 2KiB", "a.b.deep: 7", "a.b.c.deepest: 5s",
        "groups: [{name: free, endpoints: [fal-ai/x], rates.submits: 3/10s, rates.polls: 1/1s, members: []}, "
          + "{name: paid, endpoints: [fal-ai/**, \"@default\"], rates.submits: 30/1m, rates.polls: 1/1s, "
          + "members: [{id: 1}, {id: 2}]}]",
        "prices: [{endpoint: fal-ai/x, unit: image, price: 250}, {endpoint: fal-ai/y, unit: second, price: 1}]",
        "a.issuers: [{name: https://id.example, keys.shared: <redacted> × 1, claims: {aud: me, tier: \"a, b\"}}]",
      ])
  }

  @Test("writes what is in force as a file that is read again, and no secret")
  func file() {
    let settings = example(yaml).settings
    let lines = ExampleSettings.table.file(of: settings) { $0 == "name" ? "F:1\n" : nil }
    #expect(lines.first == "name: abc  # F:1?" && !lines.joined().contains("shared: ["))
    let again = example(lines.joined(separator: "\n") + "\n")
    let (old, new) = (ExampleSettings.table.listing(of: settings), ExampleSettings.table.listing(of: again.settings))
    #expect(old.dropLast() == new.dropLast(), "all but the list with secrets")
    #expect(again.faults.count == 1 && again.faults[0].contains("a.issuers[1].keys.shared: expected"))
  }

  @Test("asks for the secrets back that a file lost, unless their variable gives them")
  func lostSecrets() {
    let lines = load("auth:\n  tokens: [0123456789abcdef]\n").file
    #expect(lines.contains { $0.hasPrefix("  tokens: # <redacted> × 1, to be put back  # ") })
    let text = lines.joined(separator: "\n") + "\n"
    let found = faults(text)
    #expect(
      found.count == 1
        && found[0].hasSuffix(
          ": auth.tokens: expected a list of tokens of 16 or more visible "
            + "ASCII characters ([] for none), but there is no value")
    )
    let given = load(text, ["FAL_PROXY_AUTH_TOKENS": "0123456789abcdef"])
    #expect(given.faults.isEmpty && given.settings.auth.tokens.count == 1)
    #expect(faults(load("").file.joined(separator: "\n") + "\n").isEmpty)
  }

  @Test(
    "writes any text so that it is read again as that text, and no parser of YAML takes it for something else",
    arguments: [
      "true", "No", "off", "y", "null", "NULL", "~", "*a", "&a", "!x", "@x", "`x", "%x", "- x", "-x", "a: b", "a:",
      "1e3", "0x10", "1_000", "12:30:45", "2001-12-14", ".5", ".inf", "+1", "", " a", "a ", "#a", "a #b", "a =b", "'",
      "\"", "a\nb", "\t", "a/b?", "?a", "? a", "[a]", "a[b", "{a", "a}", "a,b", "|", ">", "=", "<<",
      "::1", ":",
    ])
  func quoting(text: String) {
    let (scalar, flow) = (SettingText.scalar(text), SettingText.flow(text))
    #expect(flow.first == "\"")
    for (yaml, tree) in [
      ("a: \(scalar)", "{a:\(text)}"), ("a: [\(flow), \(flow)]", "{a:[\(text),\(text)]}"),
      ("a:\n  \(scalar): \(scalar)", "{a:{\(text):\(text)}}"),
    ] where !text.isEmpty || !yaml.contains("\n") {
      let read = parse(yaml + "\n")
      #expect(read.tree == tree && read.faults.isEmpty, "\(yaml): \(read.faults)")
    }
  }

  @Test(
    "writes what cannot be mistaken without quotes",
    arguments: [
      "fal-ai/flux/**", "127.0.0.1", "https://*.example.com:8443", "a#b", "/api/fal/proxy", "x-a", "truer", "a\"b'c",
      "\\n",
    ])
  func plain(text: String) {
    #expect(SettingText.scalar(text) == text && SettingText.flow(text) == text)
    #expect(parse("a: [\(text)]\n").tree == "{a:[\(text)]}")
  }

  @Test("documents lists of maps with their members")
  func document() {
    let text = SettingsDocument.text(of: ExampleSettings.self, introduction: "# Example\n")
    #expect(text.hasPrefix("# Example\n\n## First\n\n### `name`\n\nA name.\n\nUnit: text · Default: `none` · "))
    #expect(
      text.contains(
        """
        ### `prices`

        What a unit costs.

        Unit: list of maps · Default: `[]` · Range: prices ([] for none) · Variable: none, it can only be given in the file ·
        Since: 0.1

        - `endpoint`: An endpoint.
          Unit: text · Required · Range: an endpoint id
        - `unit`: What is counted.
          Unit: text · Default: `image` · Range: image or second
        - `price`: Thousandths of a cent.
          Unit: number · Required · Range: 0…1000000

        """))
  }

  @Test("says which version brought a key")
  func since() {
    let text = SettingsDocument.text(of: ExampleSettings.self, introduction: "")
    #expect(text.contains("Variable: `FAL_PROXY_A_B_DEEP` · Since: 0.2\n"))
    #expect(text.contains("Variable: `FAL_PROXY_NAME` · Since: 0.1\n"))
  }

  @Test("keeps 500 faults at most, quickly, however many there are")
  func manyFaults() {
    let lines = (0..<60_000).map { "k\($0): x\n" }.joined()
    let faults = example(lines).faults
    #expect(faults.count == 501 && faults[500].hasSuffix("and more; these are the first 500 faults"))
    let entries = "groups:\n" + String(repeating: "  - {}\n", count: 60_000)
    #expect(example(entries).faults.count == 501)
  }
}

extension Dictionary where Key == String, Value == String {
  fileprivate var environment: FakeEnvironment {
    var environment = FakeEnvironment()
    environment.values = mapValues { Array($0.utf8) }
    return environment
  }
}
