import Testing

@testable import Settings

@Suite("Limits: what is set, and what stands in for it")
struct RatesTests {
  @Test(
    "a rate is a count, a slash and a time in whole seconds",
    arguments: [
      ("30/1m", 30, 60), ("1/1s", 1, 1), ("1000000/24h", 1_000_000, 86_400), ("5/90s", 5, 90), ("3/2000ms", 3, 2),
    ])
  func rates(text: String, count: Int, seconds: Int) {
    let rate = UnitText.perWindow(text, 1...1_000_000, isSize: false)
    #expect(rate == Settings.PerWindow(count, per: .seconds(seconds)))
    #expect(rate.map { UnitText.perWindow(UnitText.describe($0, isSize: false), 1...1_000_000, isSize: false) } == rate)
  }

  @Test(
    "and nothing else",
    arguments: [
      "", "30", "30/", "/1m", "0/1m", "-1/1m", "30/0s", "30/500ms", "30/1500ms", "30/25h", "1000001/1s", "30 / 1m",
      "30/1m/2",
      "1KiB/1m", "3e1/1m", "off",
    ])
  func refused(text: String) {
    #expect(UnitText.perWindow(text, 1...1_000_000, isSize: false) == nil)
  }

  @Test("of bytes the count is a size")
  func sizes() {
    let rate = UnitText.perWindow("10GiB/1h", 1024...(1 << 40), isSize: true)
    #expect(rate == Settings.PerWindow(10 << 30, per: .seconds(3600)))
    #expect(rate.map { UnitText.describe($0, isSize: true) } == "10GiB/1h")
    #expect(UnitText.perWindow("10/1h", 1024...(1 << 40), isSize: true) == nil)
  }

  @Test("what was not said is what the mode says; what was said stays, off too")
  func standards() {
    let users = Settings.Rates().filled(from: .ofUsers)
    #expect(users == .ofUsers && users.bytes == .off && users.jobs == .at(10))
    #expect(Settings.Rates().filled(from: .ofAddresses).submits == .at(.init(60, per: .seconds(60))))
    #expect(Settings.Rates().filled(from: .ofAddresses).polls == .off)
    #expect(Settings.Rates().filled(from: .off) == .off)
    var rates = Settings.Rates()
    (rates.submits, rates.jobs) = (.off, .at(3))
    let filled = rates.filled(from: .ofUsers)
    #expect(filled.submits == .off && filled.jobs == .at(3) && filled.polls == Settings.Rates.ofUsers.polls)
  }

  @Test("the words of a file, and what it says of wrong ones")
  func file() {
    let file = TemporaryFile("rates:\n  submits: off\n  jobs: auto\n  polls: 7/1s\nrates_total:\n  jobs: auto\n")
    let loaded = withExtendedLifetime(file) {
      SettingsLoader.load(configPath: $0.path, environment: [:] as FakeEnvironment, keyRequired: false)
    }
    #expect(loaded.settings.rates.submits == .off && loaded.settings.rates.jobs == .auto)
    #expect(loaded.settings.rates.polls == .at(.init(7, per: .seconds(1))))
    #expect(
      loaded.faults.all.map { String($0.description.split(separator: ": ").last ?? "") }
        == ["expected off, or 1…100000"])
  }
}
