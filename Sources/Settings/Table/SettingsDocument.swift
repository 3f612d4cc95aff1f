/// The complete list of settings in Markdown, which the repository keeps as `config/settings.md`.
struct SettingsDocument {
  private static let width = 120
  private var text = ""

  /// The document about the settings of a record; `introduction` is what stands above the sections.
  static func text<Root: SettingRecord>(of _: Root.Type, introduction: String) -> String {
    var document = SettingsDocument()
    document.text = introduction
    for section in Root.table.sections {
      document.text += "\n## \(section.title)\n"
      for key in section.keys { document.append(key.facts, standard: key.standard) }
    }
    return document.text
  }

  private mutating func append(_ facts: SettingFacts, standard: String) {
    text += "\n### `\(facts.name)`\n\n"
    append(words(facts.summary))
    text += "\n"
    append(dotted(form(facts, standard: standard) + ["Variable: \(variable(of: facts))", "Since: \(facts.since)"]))
    if !facts.members.isEmpty { text += "\n" }
    for member in facts.members {
      append(words("- `\(member.facts.name)`: \(member.facts.summary)"), indent: "  ")
      text += "  "
      let standard = member.facts.isRequired ? nil : member.standard
      append(dotted(form(member.facts, standard: standard)), indent: "  ")
    }
  }

  /// Unit, default and range; a key without a default is required.
  private func form(_ facts: SettingFacts, standard: String?) -> [String] {
    ["Unit: \(facts.unit)", standard.map { "Default: `\($0)`" } ?? "Required", "Range: \(facts.range)"]
  }

  private func variable(of facts: SettingFacts) -> String {
    if facts.shape == .maps { return "none, it can only be given in the file" }
    let names = ([facts.variable] + facts.aliases).map { "`\($0)`" }.joined(separator: ", or ")
    switch facts.emptyVariable {
    case .absent: return names
    case .none: return names + " (empty: `[]`)"
    case .fault: return names + " (empty: a fault)"
    }
  }

  /// The parts with a dot behind each but the last.
  private func dotted(_ parts: [String]) -> [String] { parts.dropLast().map { $0 + " ·" } + parts.suffix(1) }

  private func words(_ paragraph: String) -> [String] { paragraph.split(separator: " ").map(String.init) }

  /// Appends a paragraph that is broken only between its parts; `indent` begins all lines but the first.
  private mutating func append(_ parts: [String], indent: String = "") {
    var column = indent.count
    for (index, part) in parts.enumerated() {
      if index > 0, column + 1 + part.count > Self.width {
        text += "\n" + indent
        column = indent.count
      } else if index > 0 {
        text += " "
        column += 1
      }
      text += part
      column += part.count
    }
    text += "\n"
  }
}

extension Settings {
  /// The complete list of settings in Markdown.
  package static var document: String {
    SettingsDocument.text(
      of: Settings.self,
      introduction: """
        # Settings

        Every setting of fal-proxy. `fal-proxy settings --markdown` prints this page, and `fal-proxy check` shows the
        settings in force and every mistake in them.

        A setting is given in the file that `--config` or the variable `FAL_PROXY_CONFIG` names, in YAML, where a dot in its
        name is a level of indentation; or in its environment variable, which wins over the file, as the file wins over the
        default. (A second file, named by `FAL_PROXY_DEFAULTS`, takes the place of defaults: the container image listens on
        all addresses by it.) In a variable, the entries of a list are separated by commas, those of a map are `name=value`,
        and `[]` or `{}` is the empty one. A variable that is set and empty counts as not set, unless it is said otherwise
        below: it may have been meant to hold something, so it must not open a door.

        The key of fal is no setting, so that it never stands in the file: it comes from `FAL_KEY`, from `FAL_KEY_ID` with
        `FAL_KEY_SECRET`, or from the mounted file that `FAL_KEY_FILE` names.

        Durations are written `500ms`, `10s`, `2m`, `1h`; sizes `256B`, `32KiB`, `100MiB`, `10GiB`, or as plain bytes.

        """)
  }

  /// The effective value of every key, one `key: value` a line in the order of the documentation; secrets are counted,
  /// not shown.
  package var listing: [String] { Self.table.listing(of: self) }
}
