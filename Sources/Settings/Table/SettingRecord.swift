/// A value that is filled from a configuration: the settings as a whole, or an entry of a list of maps.
protocol SettingRecord: Sendable {
  /// A value that holds the defaults.
  init()

  /// All its keys.
  static var table: SettingTable<Self> { get }
}

/// The keys of a record. It drives the file, the environment, the search for unknown names, the listing of values and the
/// documentation, so they cannot disagree.
struct SettingTable<Root: SettingRecord>: Sendable {
  /// Keys that are explained together.
  struct Section: Sendable {
    let title: String
    let keys: [SettingKey<Root>]
  }

  let sections: [Section]
  let keys: [SettingKey<Root>]
  private let indices: [String: Int]
  /// All groups, such as `limits` and, for a key `a.b.c`, both `a` and `a.b`.
  let groups: Set<String>
  /// Groups with a key that holds secrets; the empty name stands for the record itself.
  private let secretGroups: Set<String>

  /// Names are unique, and none is a group as well.
  init(_ sections: [Section]) {
    self.sections = sections
    keys = sections.flatMap(\.keys)
    indices = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1.name, $0) })
    var groups: Set<String> = []
    var secretGroups: Set<String> = []
    for key in keys {
      let names = key.name.split(separator: ".").dropLast()
      for count in 0..<names.count { groups.insert(names.prefix(count + 1).joined(separator: ".")) }
      if key.facts.holdsSecrets { secretGroups.insert(names.joined(separator: ".")) }
    }
    precondition(groups.isDisjoint(with: indices.keys))
    self.groups = groups
    self.secretGroups = secretGroups
  }

  /// A table without sections.
  init(_ keys: [SettingKey<Root>]) { self.init([Section(title: "", keys: keys)]) }

  /// The key with this dotted name.
  subscript(name: String) -> SettingKey<Root>? { indices[name].map { keys[$0] } }

  /// What to say about a name that is no key and no group, and of what stands in it; `prefix` stands before all names of
  /// this record.
  func unknown(_ name: String, _ content: YAMLSubset.Content, in group: String, prefix: String) -> String {
    if FalKey.isCalled(name), !content.isSwitch { return FalKey.cure("unknown key \(prefix)\(name)") }
    guard Spelling.isName(name) else { return "unknown key" }
    if indices[name] != nil || groups.contains(name) {
      return "unknown key \(prefix)\(name); write it nested, without the dot"
    }
    // What looks like a group may be the first word of a key.
    let resembles = groups.contains { Spelling.plain($0) == Spelling.plain(name) }
    for child in content.keys where !resembles {
      if let key = keys.first(where: { Spelling.plain($0.name) == Spelling.plain("\(name).\(child)") }) {
        return "unknown key \(prefix)\(name).\(child); did you mean \(prefix)\(key.name)?"
      }
    }
    let known = (keys.map(\.name) + groups.sorted()).map { prefix + $0 }
    let typed = name.hasPrefix(SettingFacts.variablePrefix) ? SettingFacts.name(of: name) : name
    if let meant = Spelling.suggestion(for: prefix + typed, among: known) {
      return "unknown key \(prefix)\(name); did you mean \(meant)?"
    }
    // Beside a secret, a name that resembles no key may be one that lost its place.
    guard secretGroups.contains(group) else { return "unknown key \(prefix)\(name)" }
    let shown = group.isEmpty ? String(prefix.dropLast()) : prefix + group
    return shown.isEmpty ? "unknown key" : "unknown key in \(shown)"
  }

  /// What to say where `content` stands in place of the keys of a group.
  func noKeys(_ content: YAMLSubset.Content, in group: String, prefix: String) -> String {
    let namesake = keys.first {
      Spelling.lastPart(of: $0.name) == Spelling.lastPart(of: group) && $0.facts.shape.fits(content)
    }
    return "expected keys on indented lines below" + (namesake.map { "; did you mean \(prefix)\($0.name)?" } ?? "")
  }

  /// The value of every key of `record`, one `key: value` a line in the order of the table; secrets are counted, not shown.
  func listing(of record: Root) -> [String] { keys.map { "\($0.name): \($0.show(record))" } }
}
