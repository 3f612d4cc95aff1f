@testable import Settings

func secret(_ bytes: [UInt8]) -> SecretBytes { bytes.withUnsafeBytes { SecretBytes(copying: $0) } }
func secret(_ text: String) -> SecretBytes { secret(Array(text.utf8)) }

/// The settings of a file with `yaml` and an environment, without a key.
func load(_ yaml: String, _ environment: FakeEnvironment = [:]) -> LoadedSettings {
  let file = TemporaryFile(yaml)
  return SettingsLoader.load(configPath: file.path, environment: environment, keyRequired: false)
}

/// The faults as text, with the changing path of the temporary file replaced.
func faults(_ yaml: String, _ environment: FakeEnvironment = [:]) -> [String] {
  let file = TemporaryFile(yaml)
  let loaded = SettingsLoader.load(configPath: file.path, environment: environment, keyRequired: false)
  return loaded.faults.all.map { fault in
    fault.description.hasPrefix(file.path) ? "F" + fault.description.dropFirst(file.path.count) : fault.description
  }
}

/// The example settings of a file with `yaml` and an environment, and the faults as text with `F` for the file.
func example(
  _ yaml: String, _ environment: FakeEnvironment = [:]
) -> (settings: ExampleSettings, sources: [String: String], faults: [String]) {
  let file = TemporaryFile(yaml)
  var settings = ExampleSettings()
  var findings = SettingFindings()
  SettingsLoader.fill(&settings, configPath: file.path, environment, &findings)
  func short(_ text: String) -> String {
    text.hasPrefix(file.path) ? "F" + text.dropFirst(file.path.count) : text
  }
  return (settings, findings.sources.mapValues(short), findings.faults.all.map { short($0.description) })
}

/// The tree in a compact form: `{a:1,b:[x,~]}`; faults as `line: message`.
func parse(_ bytes: [UInt8]) -> (tree: String, faults: [String]) {
  let (root, faults) = YAMLSubset.parse(secret(bytes))
  return (render(.mapping(root)), faults.map { "\($0.line): \($0.message)" })
}

func parse(_ text: String) -> (tree: String, faults: [String]) { parse(Array(text.utf8)) }

private func render(_ content: YAMLSubset.Content) -> String {
  switch content {
  case .null: "~"
  case .faulty: "?"
  case .scalar(let bytes): bytes.text
  case .sequence(let nodes): "[" + nodes.map { render($0.content) }.joined(separator: ",") + "]"
  case .mapping(let mapping):
    "{" + mapping.entries.map { "\($0.key):\(render($0.value.content))" }.joined(separator: ",") + "}"
  }
}
