/// Finds the fal key: in `FAL_KEY`, in `FAL_KEY_ID` and `FAL_KEY_SECRET`, or in the file that `FAL_KEY_FILE` names.
///
/// An empty variable counts as not set. The key is copied from where it is into a `SecretBytes` and nowhere else.
package enum FalKey {
  /// The longest key, in bytes, the halves and their colon together.
  package static let limit = 1024
  /// The largest key file, in bytes.
  package static let fileLimit = 4096

  /// What people call the key, as `Spelling.plain` has it.
  private static let names: Set<String> = [
    "fal", "falkey", "falkeyid", "falkeysecret", "falkeyfile", "falapikey", "falcredentials", "falsecret", "faltoken",
    "key", "keyid", "keysecret", "keyfile", "apikey", "apitoken", "credentials", "secret",
  ]

  /// The variables that hold it, or lead to it.
  private static let variables = ["FAL_KEY", "FAL_KEY_ID", "FAL_KEY_SECRET", "FAL_KEY_FILE"]

  /// Whether a key or variable of this name was meant to hold the key.
  static func isCalled(_ name: String) -> Bool {
    names.contains(Spelling.plain(name)) || names.contains(Spelling.plain(name.split(separator: ".").last ?? ""))
  }

  /// What to say of such a name.
  static func cure(_ fault: String) -> String {
    "\(fault); the fal key never stands in the settings: set FAL_KEY, FAL_KEY_ID with FAL_KEY_SECRET, or FAL_KEY_FILE"
  }

  /// The key, or nil after a fault.
  package static func load(from environment: some EnvironmentSource, faults: inout SettingsFaults) -> SecretBytes? {
    let whole = environment.value(of: "FAL_KEY")
    let id = environment.value(of: "FAL_KEY_ID")
    let secret = environment.value(of: "FAL_KEY_SECRET")
    let file = environment.value(of: "FAL_KEY_FILE")
    let sources: [String] = [
      whole.map { _ in "FAL_KEY" }, id ?? secret == nil ? nil : "FAL_KEY_ID with FAL_KEY_SECRET",
      file.map { _ in "FAL_KEY_FILE" },
    ].compactMap(\.self)
    if sources.count > 1 {
      faults.append(source: sources.joined(separator: ", "), message: "the fal key is given more than once; keep one")
      return nil
    }
    if let whole { return checked(whole, "FAL_KEY", &faults) }
    if let file { return read(file, &faults) }
    switch (id, secret) {
    case (let id?, let secret?): return joined(id, secret, &faults)
    case (_?, nil): faults.append(source: "FAL_KEY_ID", message: "FAL_KEY_SECRET is missing; a key needs both")
    case (nil, _?): faults.append(source: "FAL_KEY_SECRET", message: "FAL_KEY_ID is missing; a key needs both")
    case (nil, nil):
      faults.append(
        source: "FAL_KEY",
        message: "no fal key; set FAL_KEY, FAL_KEY_ID with FAL_KEY_SECRET, or FAL_KEY_FILE" + misnamed(environment))
    }
    return nil
  }

  /// What to say of a variable that was likely meant to hold the key.
  private static func misnamed(_ environment: some EnvironmentSource) -> String {
    let name = environment.names(startingWith: "").sorted().first {
      names.contains(Spelling.plain($0)) && $0.lowercased().hasPrefix("fal") && !variables.contains($0)
        && environment.value(of: $0) != nil
    }
    guard let name else { return "" }
    let meant = variables.first { Spelling.plain($0) == Spelling.plain(name) } ?? "FAL_KEY"
    return " (\(name) is set, but the variable is called \(meant))"
  }

  private static func joined(_ id: SecretBytes, _ secret: SecretBytes, _ faults: inout SettingsFaults) -> SecretBytes? {
    // Both halves are judged, so that one run tells about both.
    let halves = [checked(id, "FAL_KEY_ID", &faults), checked(secret, "FAL_KEY_SECRET", &faults)]
    guard halves.allSatisfy({ $0 != nil }) else { return nil }
    let key = SecretBytes(capacity: id.count + 1 + secret.count) { (target) throws(Never) in
      id.withUnsafeBytes { target.copyMemory(from: $0) }
      target[id.count] = UInt8(ascii: ":")
      secret.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: target[(id.count + 1)...]).copyMemory(from: $0) }
      return target.count
    }
    return checked(key, "FAL_KEY_ID with FAL_KEY_SECRET", &faults)
  }

  private static func read(_ path: SecretBytes, _ faults: inout SettingsFaults) -> SecretBytes? {
    do throws(BoundedFile.Failure) {
      let content = try BoundedFile.read(path, limit: fileLimit)
      var end = content.count
      if end > 0, content[end - 1] == UInt8(ascii: "\n") {
        end -= 1
        if end > 0, content[end - 1] == UInt8(ascii: "\r") { end -= 1 }
      }
      return checked(content.copy(0..<end), "FAL_KEY_FILE", &faults)
    } catch {
      switch error {
      case .unreadable(let reason):
        let file = path.text
        // Someone may have put the key itself there.
        let shown = isPath(file) ? file : "the file it names"
        faults.append(source: "FAL_KEY_FILE", message: "cannot read \(shown): \(reason)")
      case .tooLarge: faults.append(source: "FAL_KEY_FILE", message: "the file has more than \(fileLimit) bytes")
      }
      return nil
    }
  }

  /// Whether `text` is surely the path of a file, and neither a key nor half of one.
  private static func isPath(_ text: String) -> Bool {
    guard !text.contains(":") else { return false }
    if text.hasPrefix("/") || text.hasPrefix(".") { return true }
    return text.contains { "/.".contains($0) } && text.split(separator: "/").allSatisfy { Spelling.isName(String($0)) }
  }

  private static func checked(_ key: SecretBytes, _ source: String, _ faults: inout SettingsFaults) -> SecretBytes? {
    let isHalf = source == "FAL_KEY_ID" || source == "FAL_KEY_SECRET"
    guard let problem = key.withUnsafeBytes({ FalKeyForm.problem(in: $0, isHalf: isHalf) }) else { return key }
    faults.append(source: source, message: problem)
    return nil
  }
}
