/// Values in force, written as a file that sets them.
extension SettingTable {
  /// The lines of the file, nested as it would be; `source` says where the key of that name was set, which stands behind
  /// the value. Secrets are only counted: their key has no value, which is a fault until they are put back, as without them
  /// nobody would be asked.
  func file(of record: Root, source: (String) -> String?) -> [String] {
    lines(of: keys, depth: 0, record, source)
  }

  /// - Parameter keys: those of one group, whose names have `depth` words.
  private func lines(
    of keys: [SettingKey<Root>], depth: Int, _ record: Root, _ source: (String) -> String?
  ) -> [String] {
    var lines: [String] = []
    var groups: Set<Substring> = []
    for key in keys {
      let words = key.name.split(separator: ".")
      let word = words[depth]
      guard words.count > depth + 1 else {
        lines += entry(key, called: word, record, source)
        continue
      }
      guard groups.insert(word).inserted else { continue }
      let members = keys.filter {
        let words = $0.name.split(separator: ".")
        return words.count > depth + 1 && words[depth] == word
      }
      lines.append("\(word):")
      lines += self.lines(of: members, depth: depth + 1, record, source).map { "  " + $0 }
    }
    return lines
  }

  private func entry(
    _ key: SettingKey<Root>, called word: Substring, _ record: Root, _ source: (String) -> String?
  ) -> [String] {
    let comment = source(key.name).map { "  # " + SettingsFault.oneLine($0) } ?? ""
    let shown = key.show(record)
    if key.facts.holdsSecrets, shown != "[]" { return ["\(word): # \(shown), to be put back\(comment)"] }
    let below = key.below(record)
    return below.isEmpty ? ["\(word): \(shown)\(comment)"] : ["\(word):\(comment)"] + below.map { "  " + $0 }
  }
}

extension LoadedSettings {
  /// The settings in force as a file that is accepted again once its secrets are put back, each with the place where it was
  /// set.
  package var file: [String] { Settings.table.file(of: settings) { sources[$0] ?? "default" } }
}
