/// What is known about a key of the configuration besides where its value is kept. Its faults, its variable and its
/// documentation are made of this.
struct SettingFacts: Sendable {
  /// The form of a value. Maps in a list can only be given in the file; a series is a list that may stand on one line with commas,
  /// as it does in a variable.
  enum Shape: Sendable { case scalar, list, map, maps, series }

  /// What a variable says that is set and holds nothing. It may be one that was meant to hold something, so it must
  /// never open a door.
  enum EmptyVariable: Sendable {
    /// The same as not set.
    case absent
    /// The empty list, where that is the closed state.
    case none
    /// A mistake.
    case fault
  }

  /// A key of the maps in a list.
  struct Member: Sendable {
    let facts: SettingFacts
    let standard: String
  }

  /// The dotted name, which is the nesting in the file.
  let name: String
  /// What it does, in Markdown; one paragraph.
  let summary: String
  let shape: Shape
  /// What kind of value it is, in a word or two.
  let unit: String
  /// The values it may have, in words or from…to.
  let range: String
  /// What a value must look like, with range and unit; the end of every fault about this key.
  let expected: String
  var emptyVariable = EmptyVariable.absent
  /// Variables of other people's making that set this key when ours does not.
  var aliases: [String] = []
  /// The version that brought it.
  var since = "0.1"
  /// Whether a map in a list must have it. A key of the settings themselves always has a default.
  var isRequired = false
  var holdsSecrets = false
  var members: [Member] = []

  static let variablePrefix = "FAL_PROXY_"

  /// The environment variable of this key, also where setting it is a mistake.
  var variable: String { Self.variable(of: name) }

  /// The variable of the key called `name`.
  static func variable(of name: String) -> String {
    variablePrefix + String(name.uppercased().map { $0 == "." ? "_" : $0 })
  }

  /// What `variable` says behind the prefix that all have, in lower case.
  static func name(of variable: String) -> String { variable.dropFirst(variablePrefix.count).lowercased() }
}
