/// Reads a mapping of the file into a record by the record's table.
struct RecordReader<Root: SettingRecord> {
  let file: String
  /// What faults put before the names of the table: `groups[2].`, or nothing.
  var prefix = ""
  /// The variables that are set, which win over the file.
  var variables: Set<String> = []

  /// What has been met in a record.
  private struct Met {
    var names: Set<String> = []
    /// Whether every line could be read; if not, a key that seems to be missing may be on such a line.
    var isWhole = true
  }

  /// Reads the settings themselves.
  func read(_ mapping: YAMLSubset.Mapping, into root: inout Root, _ findings: inout SettingFindings) {
    var met = Met()
    read(mapping, group: "", into: &root, &met, &findings)
  }

  /// Reads the map at `place` in a list, in which required keys must be there.
  func read(
    _ mapping: YAMLSubset.Mapping, at place: SettingPlace, into root: inout Root, _ findings: inout SettingFindings
  ) {
    var met = Met()
    read(mapping, group: "", into: &root, &met, &findings)
    guard met.isWhole else { return }
    for key in Root.table.keys where key.facts.isRequired && !met.names.contains(key.name) {
      findings.faults.append(
        source: place.source, key: prefix + key.name, message: "this key is missing; \(key.facts.expected)")
    }
  }

  private func read(
    _ mapping: YAMLSubset.Mapping, group: String, into root: inout Root, _ met: inout Met,
    _ findings: inout SettingFindings
  ) {
    if !mapping.isWhole { met.isWhole = false }
    for entry in mapping.entries {
      let name = group.isEmpty ? entry.key : "\(group).\(entry.key)"
      let isDotted = entry.key.utf8.contains(UInt8(ascii: "."))
      let place = SettingPlace(name: prefix + name, source: "\(file):\(entry.line)", file: file)
      met.names.insert(name)
      if case .faulty = entry.value.content {
        // A group that could not be read may have held anything.
        if Root.table.groups.contains(name) { met.isWhole = false }
      } else if !isDotted, let key = Root.table[name] {
        if key.facts.holdsSecrets, case .null = entry.value.content, variables.contains(key.facts.variable) {
          continue  // So `check` writes secrets that stand elsewhere.
        }
        if let input = SettingInput(entry.value, shape: key.facts.shape, file: file) {
          key.take(input, place, &root, &findings)
        } else {
          findings.reject(place, key.facts.expected + ", " + SettingInput.found(entry.value.content))
        }
      } else if !isDotted, Root.table.groups.contains(name) {
        switch entry.value.content {
        case .mapping(let children): read(children, group: name, into: &root, &met, &findings)
        case .null: break  // All keys under it are commented out.
        default: findings.reject(place, Root.table.noKeys(entry.value.content, in: name, prefix: prefix))
        }
      } else if !findings.faults.isFull {
        let message = Root.table.unknown(name, entry.value.content, in: group, prefix: prefix)
        findings.faults.append(source: place.source, message: message)
      }
    }
  }
}
