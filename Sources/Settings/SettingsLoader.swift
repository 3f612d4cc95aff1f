/// Loads the configuration: environment over file over defaults, all faults together.
public enum SettingsLoader {
  /// Names the file when no path is given.
  static let fileVariable = "FAL_PROXY_CONFIG"

  /// Reads the file at `configPath` – or the one that `FAL_PROXY_CONFIG` names, or none –, then the environment, then
  /// the fal key, which only has to exist when `keyRequired`. A variable that is set but empty counts as not set, except
  /// where that could open a door: there it is a fault.
  public static func load(
    configPath: String?, environment: some EnvironmentSource, keyRequired: Bool
  ) -> LoadedSettings {
    var loaded = LoadedSettings()
    if let path = configPath ?? environment.setValue(of: fileVariable)?.text {
      if path.allSatisfy(\.isWhitespace) {
        // The file that was meant may be the one that asks for tokens.
        loaded.faults.append(
          source: configPath == nil ? fileVariable : "--config",
          message: "names no file; leave it out to run without one")
      } else {
        readFile(path, into: &loaded)
      }
    }
    readVariables(environment, into: &loaded)
    loaded.falKey = FalKey.load(from: environment, required: keyRequired, faults: &loaded.faults)
    return loaded
  }

  // MARK: - Environment

  private static func readVariables(_ environment: some EnvironmentSource, into loaded: inout LoadedSettings) {
    for key in SettingKey.all {
      for variable in [key.variable] + key.aliases {
        guard let value = environment.setValue(of: variable), !ServiceLinks.injected(variable, value: value) else {
          continue
        }
        if value.count == 0, key.emptyVariable == .absent { continue }
        read(value, variable, key, into: &loaded)
        break
      }
    }
    let known = SettingKey.all.map(\.variable) + [fileVariable]
    for name in Set(environment.names(startingWith: SettingKey.variablePrefix)).sorted() where !known.contains(name) {
      if ServiceLinks.injected(name, value: environment.value(of: name)) { continue }
      let shown = isPlainName(name) ? name : "FAL_PROXY_…"
      loaded.faults.append(source: shown, message: "unknown variable" + Spelling.hint(for: name, among: known))
    }
  }

  private static func read(
    _ value: SecretBytes, _ variable: String, _ key: SettingKey, into loaded: inout LoadedSettings
  ) {
    let none = key.shape == .map ? "{}" : "[]"
    do throws(SettingInput.VariableFault) {
      loaded.store(try SettingInput(variable: variable, value: value, shape: key.shape), for: key, from: variable)
    } catch {
      switch error {
      case .nothing where key.emptyVariable == .none: loaded.store(.items([]), for: key, from: variable)
      case .nothing:
        loaded.faults.append(
          source: variable, key: key.name, message: "the variable is empty; leave the variable out, or write \(none)")
      case .brackets:
        loaded.faults.append(
          source: variable, key: key.name,
          message: "write the entries one after another with commas, without brackets (\(none) for none)")
      }
    }
  }

  // MARK: - File

  private static func readFile(_ path: String, into loaded: inout LoadedSettings) {
    var path = path
    let bytes = path.withUTF8 { SecretBytes(copying: UnsafeRawBufferPointer($0)) }
    do throws(BoundedFile.Failure) {
      let (root, faults) = YAMLSubset.parse(try BoundedFile.read(bytes, limit: YAMLSubset.sizeLimit))
      for fault in faults { loaded.faults.append(source: "\(path):\(fault.line)", message: fault.message) }
      apply(root, group: nil, path, into: &loaded)
    } catch {
      switch error {
      case .unreadable(let reason): loaded.faults.append(source: path, message: "cannot read the file: \(reason)")
      case .tooLarge: loaded.faults.append(source: path, message: "the file has more than 1 MiB")
      }
    }
  }

  private static func apply(
    _ entries: [YAMLSubset.Entry], group: String?, _ path: String, into loaded: inout LoadedSettings
  ) {
    for entry in entries {
      let name = group.map { "\($0).\(entry.key)" } ?? entry.key
      let source = "\(path):\(entry.line)"
      if case .faulty = entry.value.content { continue }
      if !entry.key.contains("."), let key = SettingKey.byName[name] {
        if let input = SettingInput(entry.value, shape: key.shape, file: path) {
          loaded.store(input, for: key, from: source)
        } else {
          loaded.faults.append(source: source, key: name, message: key.expected)
        }
      } else if group == nil, SettingKey.groups.contains(name) {
        switch entry.value.content {
        case .mapping(let children): apply(children, group: name, path, into: &loaded)
        case .null: break  // All keys under it are commented out.
        default: loaded.faults.append(source: source, key: name, message: "expected keys on indented lines below")
        }
      } else {
        loaded.faults.append(source: source, message: unknown(name))
      }
    }
  }

  private static func unknown(_ name: String) -> String {
    guard isPlainName(name) else { return "unknown key" }
    if SettingKey.byName[name] != nil { return "unknown key \(name); write it nested, without the dot" }
    let hint = Spelling.hint(for: name, among: SettingKey.all.map(\.name) + SettingKey.groups.sorted())
    // Under `auth` a name that resembles no key may be a token that lost its dash.
    if hint.isEmpty, name.hasPrefix("auth.") { return "unknown key in auth" }
    return "unknown key \(name)" + hint
  }

  /// Whether a name can be shown: a name that looks like none may be a secret in the wrong place.
  private static func isPlainName(_ name: String) -> Bool {
    name.utf8.count <= 64
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
      }
  }
}
