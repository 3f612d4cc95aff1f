import Testing
import Text

@testable import Settings

@Suite("Prices, budgets and the ledger as they are written")
struct MoneySettingsTests {
  @Test(
    "a budget is read from one line or a list",
    arguments: [
      ("5.00", "[5.00]"), ("1/day", "[1.00/day]"), ("1.00/day, 20/month,5", "[1.00/day, 20.00/month, 5.00]"),
      ("\n    - 1/day\n    - 20/month", "[1.00/day, 20.00/month]"), ("[0.5/month]", "[0.50/month]"), ("[]", "[]"),
    ])
  func budgets(yaml: String, shown: String) {
    let loaded = load("budget:\n  user: \(yaml)\n")
    #expect(loaded.faults.isEmpty, "\(loaded.faults)")
    #expect(Settings.table["budget.user"]?.show(loaded.settings) == shown)
    #expect(loaded.settings.hasBudget == (shown != "[]"))
  }

  @Test(
    "what is none is a fault, and so are two amounts for one period",
    arguments: [
      "1/week", "-1", "1/", "/day", "$5", "1.00/day, 2/day", "5, 6", "5/ever", "1e2", "[1/day, x]", "{}", "a: b",
    ])
  func noBudgets(yaml: String) {
    let found = faults("budget:\n  total: \(yaml.contains(": ") ? "\n    " + yaml : yaml)\n")
    #expect(found.count == 1 && found[0].contains("budget.total: "), "\(found)")
    #expect(found[0].contains("1.00/day, 20/month, 5.00 for ever"), "\(found)")
  }

  @Test("a group has a budget of its own")
  func group() {
    let loaded = load("groups:\n  - name: team\n    budget: 20/month\n")
    #expect(loaded.faults.isEmpty && loaded.settings.hasBudget)
    #expect(loaded.settings.groups[0].budget == [Settings.BudgetRule("20/month")!])
  }

  @Test("prices are read from the settings and from a file beside them, and faults name the place")
  func prices() {
    let file = TemporaryFile(
      "prices:\n  - endpoint: fal-ai/a\n    unit_price: 0.025\n    unit: image\n    estimate: 1\n")
    let own = "prices:\n  - endpoint: fal-ai/**\n    unit_price: 0.1\n    estimate: megapixels\n"
    let loaded = load("\(own)prices_file: \(file.path)\n")
    #expect(loaded.faults.isEmpty)
    #expect(loaded.settings.prices.map(\.endpoint) == ["fal-ai/**"])
    #expect(loaded.settings.prices.map(\.estimate) == [.megapixels])
    #expect(loaded.filePrices.map(\.unitPrice) == [Money("0.025")])
    #expect(loaded.filePrices.map(\.estimate) == [.fixed(Units(1))])
    let bad = TemporaryFile(
      "prices:\n  - endpoint: fal-ai/a\n    unit_price: -1\n    estimate: many\n  - unit: image\n")
    #expect(
      faults("prices_file: \(bad.path)\n").map { $0.replacing(bad.path, with: "P") } == [
        "P:3: prices[1].unit_price: expected \(Settings.amounts)",
        "P:4: prices[1].estimate: expected a number such as 1 or 0.5, or megapixels",
        "P:5: prices[2].endpoint: this key is missing; expected an endpoint pattern",
        "P:5: prices[2].unit_price: this key is missing; expected \(Settings.amounts)",
        "P:5: prices[2].estimate: this key is missing; expected a number such as 1 or 0.5, or megapixels",
      ])
    #expect(
      faults("prices_file: /nowhere/prices.yaml\n")
        == ["/nowhere/prices.yaml: cannot read the file: No such file or directory"])
  }

  @Test(
    "the ledger is where it is named, else where a budget needs one",
    arguments: [
      ("", "", "memory"), ("budget:\n  user: 5\n", "", "sqlite:/var/lib/fal-proxy/ledger.db"),
      ("budget:\n  user: 5\n", "/run/state:/other", "sqlite:/run/state/ledger.db"), ("", "/run/state", "memory"),
      ("budget:\n  user: 5\nledger: memory\n", "/run/state", "memory"),
      ("ledger: sqlite:/x/y.db\n", "", "sqlite:/x/y.db"),
    ])
  func ledger(yaml: String, state: String, place: String) {
    var environment: FakeEnvironment = [:]
    if !state.isEmpty { environment.values["STATE_DIRECTORY"] = Array(state.utf8) }
    #expect(load(yaml, environment).ledger == place)
  }

  @Test(
    "what is no place, no age and no zone is a fault",
    arguments: [
      "ledger: disk", "ledger: 'sqlite:'", "ledger_keep: 400", "ledger_keep: 0d", "ledger_keep: 4000d",
      "budget:\n  timezone: ../x", "budget:\n  timezone: '+25:00'", "budget:\n  headers: 'true'",
      "prices_unknown: maybe", "estimate_default: -1", "tokens:\n  charge: free", "settle_after: 1s",
    ])
  func faulty(yaml: String) { #expect(faults(yaml + "\n").count == 1, "\(faults(yaml))") }
}
