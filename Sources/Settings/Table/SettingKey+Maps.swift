/// Lists of maps, each of which is a record with a table of its own.
extension SettingKey {
  /// A list of maps; `entries` says in words what they are. A member's fault is named `name[2].member`, counted from 1.
  static func maps<Entry: SettingRecord>(
    _ name: String, _ path: Path<[Entry]>, _ summary: String, of entries: String
  ) -> SettingKey {
    let range = "\(entries) ([] for none)"
    var facts = SettingFacts(
      name: name, summary: summary, shape: .maps, unit: "list of maps", range: range,
      expected: "expected a list of \(range)", emptyVariable: .fault)
    facts.members = Entry.table.keys.map { SettingFacts.Member(facts: $0.facts, standard: $0.standard) }
    let expected = facts.expected
    var key = SettingKey(
      facts,
      take: { input, place, root, findings in
        guard case .maps(let nodes) = input else { return findings.reject(place, expected) }
        root[keyPath: path] = read(nodes, place, &findings)
        findings.sources[place.name] = place.source
      },
      show: { "[" + $0[keyPath: path].map(shown).joined(separator: ", ") + "]" })
    key.below = { root in root[keyPath: path].flatMap(lines) }
    return key
  }

  /// An entry of the list as the lines of a file.
  private static func lines<Entry: SettingRecord>(of entry: Entry) -> [String] {
    Entry.table.file(of: entry) { _ in nil }.enumerated().map { ($0 == 0 ? "- " : "  ") + $1 }
  }

  private static func read<Entry: SettingRecord>(
    _ nodes: [YAMLSubset.Node], _ place: SettingPlace, _ findings: inout SettingFindings
  ) -> [Entry] {
    var entries: [Entry] = []
    for (index, node) in nodes.enumerated() {
      let name = "\(place.name)[\(index + 1)]"
      let entryPlace = SettingPlace(name: name, source: "\(place.file):\(node.line)", file: place.file)
      switch node.content {
      case .faulty: break
      case .mapping(let mapping):
        var entry = Entry()
        RecordReader<Entry>(file: place.file, prefix: name + ".").read(mapping, at: entryPlace, into: &entry, &findings)
        entries.append(entry)
        findings.sources[name] = entryPlace.source
      default: findings.reject(entryPlace, "expected a map ('- key: value'), " + SettingInput.found(node.content))
      }
    }
    return entries
  }

  private static func shown<Entry: SettingRecord>(_ entry: Entry) -> String {
    "{" + Entry.table.listing(of: entry).joined(separator: ", ") + "}"
  }
}
