/// What is known about one key of the configuration. The table `all` drives the file, the environment, the search for
/// unknown names and the listing of effective values, so they cannot disagree.
struct SettingKey: Sendable {
  enum Shape: Sendable { case scalar, list, map }

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

  /// Why a value was not taken: as a whole, or because of one entry of its list.
  enum Refusal: Error, Equatable {
    case value
    case items([Int])
  }

  /// The dotted name, which is the nesting in the file.
  let name: String
  let shape: Shape
  /// What a value must look like, with range and unit; the end of every fault about this key.
  let expected: String
  var emptyVariable = EmptyVariable.absent
  /// Variables of other people's making that set this key when ours does not.
  var aliases: [String] = []
  let store: @Sendable (SettingInput, inout Settings) throws(Refusal) -> Void
  /// The value as one would write it; a count in place of a secret.
  let show: @Sendable (Settings) -> String

  static let variablePrefix = "FAL_PROXY_"

  /// The environment variable of this key.
  var variable: String {
    Self.variablePrefix + String(name.uppercased().map { $0 == "." ? "_" : $0 })
  }

  /// All groups, such as `limits`; a group is never nested in another.
  static let groups: Set<String> = Set(
    all.compactMap { $0.name.split(separator: ".").dropLast().first.map(String.init) })

  static let byName: [String: SettingKey] = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}
