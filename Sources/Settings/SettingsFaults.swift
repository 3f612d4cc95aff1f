/// Everything wrong with the configuration, so that an operator mends it in one go.
public struct SettingsFaults: Error, Sendable, Hashable, CustomStringConvertible {
  /// The faults in the order they were found: file, environment, key, then what the caller added.
  public private(set) var all: [SettingsFault]

  /// A collection that may start empty.
  public init(_ faults: [SettingsFault] = []) { all = faults }

  /// Whether nothing is wrong.
  public var isEmpty: Bool { all.isEmpty }

  /// Adds one fault; a repeated one is kept once.
  public mutating func append(_ fault: SettingsFault) {
    if !all.contains(fault) { all.append(fault) }
  }

  /// Adds one fault from its parts.
  public mutating func append(source: String, key: String? = nil, message: String) {
    append(SettingsFault(source: source, key: key, message: message))
  }

  /// Adds the faults of another collection.
  public mutating func append(contentsOf other: SettingsFaults) {
    for fault in other.all { append(fault) }
  }

  /// One fault a line, without a newline at the end.
  public var description: String { all.map(\.description).joined(separator: "\n") }
}
