@testable import Settings

/// Settings that only tests and the fuzzer know, with every form that a table can describe.
struct ExampleSettings: SettingRecord {
  var name = "none"
  var size = 1 << 20
  var deepest = Duration.seconds(1)
  var deep = 3
  var groups: [ExampleGroup] = []
  var prices: [ExamplePrice] = []
  var issuers: [ExampleIssuer] = []

  static let table = SettingTable<ExampleSettings>([
    .init(
      title: "First",
      keys: [
        .text("name", \.name, "A name.", range: "letters") { $0.utf8.allSatisfy { $0 >= UInt8(ascii: "a") } },
        .size("a.size", \.size, "A size in a group.", 1...(1 << 30)),
      ]),
    .init(
      title: "Second",
      keys: [
        .integer("a.b.deep", \.deep, "A number in a group of a group.", 0...9).since("0.2"),
        .duration("a.b.c.deepest", \.deepest, "A time, deeper still."),
        .maps("groups", \.groups, "Groups of callers.", of: "groups"),
        .maps("prices", \.prices, "What a unit costs.", of: "prices"),
        .maps("a.issuers", \.issuers, "Who may vouch for a caller.", of: "issuers"),
      ]),
  ])
}

struct ExampleGroup: SettingRecord {
  var name = ""
  var endpoints: [String] = []
  var submits = Rate(count: 30, period: .seconds(60))
  var polls = Rate(count: 1, period: .seconds(1))
  var members: [ExampleMember] = []

  struct Rate: Hashable {
    let count: Int
    let period: Duration

    init(count: Int, period: Duration) {
      self.count = count
      self.period = period
    }

    init?(_ text: String) {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, let count = UnitText.integer(parts[0]), let period = UnitText.duration(parts[1]) else {
        return nil
      }
      self.init(count: count, period: period)
    }
  }

  static let table = SettingTable<ExampleGroup>([
    .text("name", \.name, "What it is called.", range: "a name of letters") {
      !$0.isEmpty && $0.allSatisfy(\.isLetter)
    }.required,
    .words("endpoints", \.endpoints, "What it may call.", of: "endpoint patterns", emptyVariable: .fault).required,
    rate("rates.submits", \.submits), rate("rates.polls", \.polls),
    .maps("members", \.members, "Who belongs to it.", of: "members"),
  ])

  private static func rate(_ name: String, _ path: any WritableKeyPath<Self, Rate> & Sendable) -> SettingKey<Self> {
    .scalar(
      name, path, "How often, by \(name).", unit: "rate", range: "a rate such as 30/1m", parse: { Rate($0) },
      show: { "\($0.count)/\(UnitText.describe($0.period))" })
  }
}

struct ExampleMember: SettingRecord {
  var id = 0
  static let table = SettingTable<ExampleMember>([.integer("id", \.id, "Its number.", 1...9).required])
}

struct ExamplePrice: SettingRecord {
  var endpoint = ""
  var unit = "image"
  var price = 0

  static let table = SettingTable<ExamplePrice>([
    .text("endpoint", \.endpoint, "An endpoint.", range: "an endpoint id") { $0.contains("/") }.required,
    .text("unit", \.unit, "What is counted.", range: "image or second") { $0 == "image" || $0 == "second" },
    .integer("price", \.price, "Thousandths of a cent.", 0...1_000_000).required,
  ])
}

struct ExampleIssuer: SettingRecord {
  var name = ""
  var secrets: [SecretBytes] = []
  var claims: [String: String] = [:]

  static let table = SettingTable<ExampleIssuer>([
    .text("name", \.name, "Who it is.", range: "a URL") { $0.hasPrefix("https://") }.required,
    .secrets("keys.shared", \.secrets, "Secrets shared with it.", of: "secrets", minimum: 8),
    .map(
      "claims", \.claims, "What a token must say.", range: "names and texts", key: { $0 }, value: { $0 },
      show: { SettingText.flow($0) }),
  ])
}
