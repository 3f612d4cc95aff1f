import Testing

@testable import Settings

@Suite("groups")
struct CallerGroupSettingsTests {
  @Test("each has a name and, where they are not all, its endpoints")
  func fills() {
    let yaml = "groups:\n  - name: free\n    endpoints: ['@default', a/b]\n  - name: paid@x.example\n"
    let settings = load(yaml).settings
    #expect(settings.groups.map(\.name) == ["free", "paid@x.example"])
    #expect(settings.groups.map(\.endpoints) == [Settings.builtInEndpoints + ["a/b"], ["**"]])
    #expect(load("").settings.groups.isEmpty)
  }

  @Test(
    "refuses a group without a name, or with one that no line of a file of tokens can have",
    arguments: [
      (
        "groups:\n  - endpoints: [a/b]",
        "F:2: groups[1].name: this key is missing; expected 1 to 64 letters, digits and . _ - @"
      ),
      ("groups:\n  - name: a b", "F:2: groups[1].name: expected 1 to 64 letters, digits and . _ - @"),
    ])
  func refused(yaml: String, fault: String) { #expect(faults(yaml) == [fault]) }
}
