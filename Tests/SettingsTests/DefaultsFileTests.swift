import Testing

@testable import Settings

/// A file of this repository.
func repositoryFile(_ path: String) -> String {
  #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/" + path
}

@Suite("config/fal-proxy.yaml")
struct DefaultsFileTests {
  private let path = repositoryFile("config/fal-proxy.yaml")

  private func text() throws -> String { try BoundedFile.read(secret(path), limit: 1 << 20).text }

  @Test("loads without a fault, and sets what it sets to the default")
  func defaults() {
    let loaded = SettingsLoader.load(configPath: path, environment: FakeEnvironment(), keyRequired: false)
    #expect(loaded.faults.isEmpty, "\(loaded.faults)")
    #expect(loaded.settings.listing == Settings().listing)
  }

  @Test("is one page with the settings that the README names first")
  func page() throws {
    #expect(try text().split(separator: "\n", omittingEmptySubsequences: false).count <= 84)
    let loaded = SettingsLoader.load(configPath: path, environment: FakeEnvironment(), keyRequired: false)
    let first = [
      "allowed_endpoints", "allowed_origins", "auth.tokens", "forward_fields", "tokens.enabled", "port",
    ]
    #expect(Set(first).subtracting(loaded.sources.keys).isEmpty)
  }

  @Test("leaves the host to the image it is mounted into, whose own file is read before it")
  func container() {
    var environment: FakeEnvironment = [:]
    environment.values["FAL_PROXY_DEFAULTS"] = Array(repositoryFile("config/container.yaml").utf8)
    let loaded = SettingsLoader.load(configPath: path, environment: environment, keyRequired: false)
    #expect(loaded.faults.isEmpty && loaded.settings.host == "0.0.0.0")
  }

  @Test("names no variable that is none")
  func variables() throws {
    let words = try text().split { !($0.isLetter || $0.isNumber || $0 == "_") }.filter { $0.hasPrefix("FAL_PROXY_") }
    #expect(!words.isEmpty)
    #expect(Set(words.map(String.init)).isSubset(of: Settings.table.keys.map(\.facts.variable)))
  }
}
