/// Loads the configuration: environment over file over a packager's file over defaults, all faults together.
package enum SettingsLoader {
  /// Names the file when no path is given.
  static let fileVariable = "FAL_PROXY_CONFIG"
  /// Names a packager's file, whose values stand for the built-in defaults: an image sets its host there, as a variable of
  /// an image would win over the operator's file.
  static let defaultsVariable = "FAL_PROXY_DEFAULTS"

  /// Reads the file that `FAL_PROXY_DEFAULTS` names, if any, then the one at `configPath` – or the one that
  /// `FAL_PROXY_CONFIG` names, or none –, then the environment, then the fal key, which is not looked at unless
  /// `keyRequired`. A variable that is set but empty counts as not set, except where that could open a door: there it is a
  /// fault.
  /// - Parameter isSandboxed: whether the embedded fal will answer.
  package static func load(
    configPath: String?, environment: some EnvironmentSource, keyRequired: Bool, isSandboxed: Bool = false
  ) -> LoadedSettings {
    var loaded = LoadedSettings()
    var findings = SettingFindings()
    fill(&loaded.settings, configPath: configPath, environment, &findings)
    loaded.settings.isSandboxed = isSandboxed
    loaded.settings.expandEndpoints()
    if !loaded.settings.secretFile.isEmpty {
      loaded.secrets = SecretFile.load(
        loaded.settings.secretFile, source: findings.sources["secret_file"] ?? "default", &findings.faults)
    }
    if !loaded.settings.pricesFile.isEmpty {
      var (file, own) = (PricesFile(), SettingFindings())
      readFile(loaded.settings.pricesFile, [], into: &file, &own)
      loaded.filePrices = file.prices
      for fault in own.faults.all { findings.faults.append(fault) }
    }
    loaded.stateDirectory = environment.setValue(of: "STATE_DIRECTORY").flatMap { directories in
      directories.text.split(separator: ":").first.map(String.init)
    }
    if keyRequired { loaded.falKey = FalKey.load(from: environment, faults: &findings.faults) }
    loaded.warnings = strayVariables(environment) + [SecretFile.warning(loaded.settings.secretFile)].compactMap(\.self)
    loaded.sources = findings.sources
    loaded.faults = findings.faults
    return loaded
  }

  /// What to say of variables that look as if they were ours, and are not: they set nothing.
  private static func strayVariables(_ environment: some EnvironmentSource) -> [String] {
    let prefix = Spelling.plain(SettingFacts.variablePrefix)
    let known = Settings.table.keys.map(\.facts.variable) + [fileVariable]
    return environment.names(startingWith: "").sorted().compactMap { name in
      guard Spelling.plain(name).hasPrefix(prefix), name.utf8.count > prefix.utf8.count + 1,
        !name.hasPrefix(SettingFacts.variablePrefix), !ServiceLinks.injected(name, value: environment.value(of: name))
      else { return nil }
      let meant = known.first { Spelling.plain($0) == Spelling.plain(name) }
      let shown = Spelling.isName(name) || meant != nil ? name : "a variable much like FAL_PROXY_…"
      return "\(shown) sets nothing: "
        + (meant.map { "the variable is called \($0)" } ?? "variables of the proxy begin with FAL_PROXY_")
    }
  }

  /// The same for any record, without a key.
  static func fill<Root: SettingRecord>(
    _ root: inout Root, configPath: String?, _ environment: some EnvironmentSource, _ findings: inout SettingFindings
  ) {
    let variables = Set(environment.names(startingWith: SettingFacts.variablePrefix))
    readFile(environment.setValue(of: defaultsVariable)?.text, defaultsVariable, variables, into: &root, &findings)
    if let configPath {
      readFile(configPath, "--config", variables, into: &root, &findings)
    } else {
      readFile(environment.setValue(of: fileVariable)?.text, fileVariable, variables, into: &root, &findings)
    }
    readVariables(environment, into: &root, &findings)
  }

  private static func readFile<Root: SettingRecord>(
    _ path: String?, _ source: String, _ variables: Set<String>, into root: inout Root,
    _ findings: inout SettingFindings
  ) {
    guard let path else { return }
    guard !path.allSatisfy(\.isWhitespace) else {
      // The file that was meant may be the one that asks for tokens.
      return findings.faults.append(source: source, message: "names no file; leave it out to run without one")
    }
    readFile(path, variables, into: &root, &findings)
  }

  private static func readFile<Root: SettingRecord>(
    _ path: String, _ variables: Set<String>, into root: inout Root, _ findings: inout SettingFindings
  ) {
    do throws(BoundedFile.Failure) {
      let (mapping, faults) = YAMLSubset.parse(try BoundedFile.read(path, limit: YAMLSubset.sizeLimit))
      for fault in faults { findings.faults.append(source: "\(path):\(fault.line)", message: fault.message) }
      RecordReader<Root>(file: path, variables: variables).read(mapping, into: &root, &findings)
    } catch {
      switch error {
      case .unreadable(let reason): findings.faults.append(source: path, message: "cannot read the file: \(reason)")
      case .tooLarge:
        let limit = UnitText.describe(size: YAMLSubset.sizeLimit)
        findings.faults.append(source: path, message: "the file has more than \(limit)")
      }
    }
  }

  private static func readVariables<Root: SettingRecord>(
    _ environment: some EnvironmentSource, into root: inout Root, _ findings: inout SettingFindings
  ) {
    for key in Root.table.keys {
      for variable in [key.facts.variable] + key.facts.aliases {
        guard let value = environment.setValue(of: variable), !ServiceLinks.injected(variable, value: value) else {
          continue
        }
        if value.count == 0, key.facts.emptyVariable == .absent { continue }
        read(value, variable, key, into: &root, &findings)
        break
      }
    }
    let files = [fileVariable, defaultsVariable]
    let known = Set(Root.table.keys.map(\.facts.variable) + files)
    let settable = Root.table.keys.filter { $0.facts.shape != .maps }.map(\.name) + files.map(SettingFacts.name(of:))
    for name in Set(environment.names(startingWith: SettingFacts.variablePrefix)).sorted() where !known.contains(name) {
      if ServiceLinks.injected(name, value: environment.value(of: name)) { continue }
      let shown = Spelling.isName(name) ? name : "FAL_PROXY_…"
      if FalKey.isCalled(SettingFacts.name(of: name)), environment.value(of: name)?.isSwitch != true {
        findings.faults.append(source: name, message: FalKey.cure("unknown variable"))
        continue
      }
      let meant = Spelling.suggestions(for: SettingFacts.name(of: name), among: settable)
        .map(SettingFacts.variable(of:)).joined(separator: " or ")
      findings.faults.append(
        source: shown, message: "unknown variable" + (meant.isEmpty ? "" : "; did you mean \(meant)?"))
    }
  }

  private static func read<Root: SettingRecord>(
    _ value: SecretBytes, _ variable: String, _ key: SettingKey<Root>, into root: inout Root,
    _ findings: inout SettingFindings
  ) {
    let none = key.facts.shape == .map ? "{}" : "[]"
    let place = SettingPlace(name: key.name, source: variable, file: variable)
    do throws(SettingInput.VariableFault) {
      let input = try SettingInput(variable: variable, value: value, shape: key.facts.shape)
      key.take(input, place, &root, &findings)
    } catch {
      switch error {
      case .nothing where key.facts.emptyVariable == .none: key.take(.items([]), place, &root, &findings)
      case .nothing:
        findings.reject(place, "the variable is empty; leave the variable out, or write \(none)")
      case .brackets:
        findings.reject(
          place, "write the entries one after another with commas, without brackets (\(none) for none)")
      case .fileOnly:
        findings.reject(place, "a list of maps can only be given in the file; leave the variable out")
      }
    }
  }
}
