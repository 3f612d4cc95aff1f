import Testing

@testable import Settings

@Suite("config/settings.md")
struct SettingsDocumentTests {
  @Test("is what fal-proxy settings --markdown prints")
  func committed() throws {
    let committed = try BoundedFile.read(secret(repositoryFile("config/settings.md")), limit: 1 << 20).text
    // What follows are the limits that no setting changes, of rooms that this one does not see.
    let isCurrent = committed.hasPrefix(Settings.document + "\n## Fixed limits\n")
    #expect(isCurrent, "print it anew: fal-proxy settings --markdown > config/settings.md")
  }

  @Test("has a section for every setting with its default, range and variables")
  func complete() throws {
    let sections = Settings.document.split(separator: "\n### ").dropFirst().map { $0.split(separator: "\n## ")[0] }
    #expect(sections.count == Settings.table.keys.count)
    for (section, key) in zip(sections, Settings.table.keys) {
      let words = section.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(words.hasPrefix("`\(key.name)` \(key.facts.summary.prefix(20))"))
      let variable = key.facts.shape == .maps ? "none, it can only" : "`\(key.facts.variable)`"
      for part in ["Default: `\(key.standard)`", "Range: \(key.facts.range)", variable, "Since: 0.1"] {
        #expect(words.contains(part), "\(key.name): \(part)")
      }
    }
    #expect(Settings.document.contains("`FAL_PROXY_PORT`, or `PORT`"))
    #expect(Settings.document.split(separator: "\n").allSatisfy { $0.count <= 120 })
  }

  @Test("shows every default as it would be written in the file", arguments: Settings.table.keys.map(\.name))
  func defaultsAreYAML(name: String) throws {
    let key = try #require(Settings.table[name])
    let names = name.split(separator: ".")
    var yaml = ""
    for (level, name) in names.enumerated() { yaml += String(repeating: " ", count: level) + "\(name):\n" }
    let loaded = load(yaml.dropLast() + " " + key.standard + "\n")
    #expect(loaded.faults.isEmpty, "\(loaded.faults)")
    #expect(key.show(loaded.settings) == key.standard)
  }

  @Test("has a summary of one paragraph for every setting, and says nothing twice")
  func summaries() {
    let summaries = Settings.table.keys.map(\.facts.summary)
    #expect(summaries.allSatisfy { $0.hasSuffix(".") && !$0.contains("\n") })
    #expect(Set(summaries).count == summaries.count)
  }

  @Test("gives every setting a variable of its own")
  func variables() {
    let variables = Settings.table.keys.flatMap { [$0.facts.variable] + $0.facts.aliases }
    #expect(Set(variables).count == variables.count)
    #expect(!variables.contains(SettingsLoader.fileVariable))
  }
}
