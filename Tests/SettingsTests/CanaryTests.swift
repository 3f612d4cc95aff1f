import Testing

@testable import Settings

@Suite("Secrets never reach a fault or a description")
struct CanaryTests {
  private let canary = "canary6b1f9a"

  private func expectSilence(_ yaml: String, _ environment: FakeEnvironment) {
    let file = TemporaryFile(yaml)
    let loaded = SettingsLoader.load(configPath: file.path, environment: environment, keyRequired: true)
    #expect(!loaded.faults.isEmpty, "the case must provoke a fault: \(yaml)")
    var dumped = ""
    dump(loaded, to: &dumped)
    for text in [loaded.faults.description, dumped, "\(loaded)", loaded.settings.listing.joined(), "\(loaded.result)"] {
      #expect(!text.contains(canary), "\(text)")
    }
  }

  @Test("whatever is wrong with the key")
  func key() {
    for broken in ["Key \(canary)", "\(canary) ", "\(canary)\u{1}", "\(canary)é", String(repeating: canary, count: 99)]
    {
      expectSilence("", ["FAL_KEY": broken])
      expectSilence("", ["FAL_KEY_ID": broken, "FAL_KEY_SECRET": canary])
      expectSilence("", ["FAL_KEY_ID": canary, "FAL_KEY_SECRET": broken])
      expectSilence("", ["FAL_KEY_FILE": TemporaryFile(broken).path])
    }
    expectSilence("", ["FAL_KEY_FILE": canary])
    expectSilence("", ["FAL_KEY": canary, "FAL_KEY_SECRET": canary, "FAL_KEY_FILE": canary])
  }

  @Test("whatever is wrong with end-user tokens, in the file or in the environment")
  func tokens() {
    expectSilence("", ["FAL_KEY": "k", "FAL_PROXY_AUTH_TOKENS": "\(canary),\(canary) 0123456789"])
    expectSilence("", ["FAL_KEY": "k", "FAL_PROXY_AUTH_TOKEN": canary])
    let forms = [
      " \(canary)", " [\(canary)]", "\n    - \(canary)", "\n    - '\(canary)", "\n    - \"\(canary)\\x\"",
      "\n    \(canary): x",
      "\n    \(canary)", " {\(canary): x}", " &a \(canary)", " |\n    \(canary)", " >\(canary)\n    x",
      "\n    - |\n      \(canary)",
      "\n    - \(canary): \(canary)\n      \(canary)", "\n    -\n      \(canary): x", "\n    - [\(canary)]",
      "\n    - {\(canary): x}", " [\(canary)", "\n    - a: \(canary)",
      "\n    - 0123456789-\(canary)\n    - short",
    ]
    expectSilence("auth:\n  \(canary): x\n", ["FAL_KEY": "k"])
    // Other formats, and the forms of a larger YAML.
    for text in [
      "[\(canary)]", "tokens = \"\(canary)\"", "TOKENS=\(canary)", "{\"auth\": \"\(canary)\"}", "auth:\(canary)",
      "auth:\n  <<: *\(canary)", "auth: !\(canary) x", "%\(canary)", "a: 1\n--- \(canary)", "- \(canary)",
    ] { expectSilence(text, ["FAL_KEY": "k"]) }
    for form in forms { expectSilence("auth:\n  tokens:\(form)\n", ["FAL_KEY": "k"]) }
  }

  @Test("valid secrets are silent too, beside another fault")
  func valid() {
    let token = "0123456789-\(canary)"
    expectSilence(
      "port: x\nauth:\n  tokens: [\(token)]\n", ["FAL_KEY": canary, "FAL_PROXY_AUTH_TOKENS": "\(token),\(token)"])
  }

  @Test("a control character in a name cannot forge a line")
  func forgedLine() {
    let fault = SettingsFault(source: "a\nb", key: "c\r", message: "d\u{85}e")
    #expect(fault.description == "a?b: c?: d?e")
  }
}
