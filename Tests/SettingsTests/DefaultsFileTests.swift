import Testing

@testable import Settings

@Suite("config/fal-proxy.yaml")
struct DefaultsFileTests {
  private let path = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/config/fal-proxy.yaml"

  @Test("loads without a fault, sets every key, and sets it to its default")
  func defaults() {
    let loaded = SettingsLoader.load(configPath: path, environment: FakeEnvironment(), keyRequired: false)
    #expect(loaded.faults.isEmpty, "\(loaded.faults)")
    for key in SettingKey.all {
      #expect(loaded.sources[key.name] != nil, "\(key.name) is missing")
      #expect(key.show(loaded.settings) == key.show(Settings()), "\(key.name)")
    }
  }

  @Test("names the variable of every key, and no other")
  func variables() throws {
    let text = try BoundedFile.read(secret(path), limit: 1 << 20).text
    let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.filter { $0.hasPrefix("FAL_PROXY_") }
    #expect(Set(words.map(String.init)).subtracting(["FAL_PROXY_"]) == Set(SettingKey.all.map(\.variable)))
  }

  @Test("says the range of every key in its comment, where the range is its own")
  func ranges() throws {
    let lines = try BoundedFile.read(secret(path), limit: 1 << 20).text.split(separator: "\n")
    for key in SettingKey.all {
      guard let range = key.expected.split(separator: " ").first(where: { $0.contains("…") }), range != "10ms…24h"
      else {
        continue
      }
      let written = range.split(separator: "…").joined(separator: "...")
      #expect(lines.contains { $0.contains(written) }, "\(key.name): \(written)")
    }
  }
}
