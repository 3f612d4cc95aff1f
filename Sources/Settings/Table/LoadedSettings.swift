/// What loading found: the settings as far as they could be read, the fal key, where each value came from, and all
/// faults. A caller that judges more (patterns, for one) adds its faults with `reject` before it asks for `result`.
package struct LoadedSettings: Sendable {
  /// The settings; a key with a fault has its default.
  package internal(set) var settings = Settings()
  /// The fal key; nil when there is none or it has a fault.
  package internal(set) var falKey: SecretBytes?
  /// What `secret_file` holds; none without it, or after a fault.
  package internal(set) var secrets: [SecretBytes] = []
  /// The prices that stand in `prices_file`.
  package internal(set) var filePrices: [Settings.Price] = []
  /// Where the system wants state to be kept: `$STATE_DIRECTORY`, the first of several; nil where it says nothing.
  var stateDirectory: String?
  /// Where a key was set, `file:line` or a variable's name, by dotted key (`groups[2].name` in the second map of a list);
  /// keys left at their default are absent.
  package internal(set) var sources: [String: String] = [:]
  /// What is no fault and yet likely not meant; one line each.
  package internal(set) var warnings: [String] = []
  /// Everything wrong so far.
  package var faults = SettingsFaults()

  /// Where the ledger is kept, `memory` or `sqlite:PATH`.
  package var ledger: String {
    guard settings.ledger == "auto" else { return settings.ledger }
    return settings.hasBudget ? "sqlite:\(stateDirectory ?? "/var/lib/fal-proxy")/ledger.db" : "memory"
  }

  /// Adds a fault about the value of `key`, at the place where that value was set.
  package mutating func reject(_ key: String, _ message: String) {
    faults.append(source: sources[key] ?? "default", key: key, message: message)
  }

  /// Settings and key when nothing is wrong, otherwise all faults.
  package var result: Result<(settings: Settings, falKey: SecretBytes?), SettingsFaults> {
    faults.isEmpty ? .success((settings, falKey)) : .failure(faults)
  }
}
