/// Everything wrong with the configuration, so that an operator mends it in one go.
package struct SettingsFaults: Error, Sendable, Hashable, CustomStringConvertible {
  /// How many faults are kept. A last one says that there were more.
  static let limit = 500

  /// The faults in the order they were found: file, environment, key, then what the caller added.
  package private(set) var all: [SettingsFault] = []
  private var known: Set<SettingsFault> = []

  /// No fault.
  package init() {}

  /// Whether nothing is wrong.
  package var isEmpty: Bool { all.isEmpty }

  /// Whether further faults are dropped.
  var isFull: Bool { all.count > Self.limit }

  /// Adds one fault; a repeated one is kept once.
  package mutating func append(_ fault: SettingsFault) {
    guard !isFull, known.insert(fault).inserted else { return }
    if all.count < Self.limit {
      all.append(fault)
    } else {
      all.append(SettingsFault(source: fault.source, message: "and more; these are the first \(Self.limit) faults"))
    }
  }

  /// Adds one fault from its parts.
  package mutating func append(source: String, key: String? = nil, message: String) {
    append(SettingsFault(source: source, key: key, message: message))
  }

  /// One fault a line, without a newline at the end.
  package var description: String { all.map(\.description).joined(separator: "\n") }
}
