/// Values of the environment.
extension SettingInput {
  /// What the variable of a list or map can be besides a value.
  enum VariableFault: Error {
    /// It is set and holds no entry.
    case nothing
    /// Its entries stand in brackets.
    case brackets
    /// No variable can hold such a value.
    case fileOnly
  }

  /// The value of the variable `name`: lists are separated by commas, map entries are `key=value`; spaces around entries
  /// are dropped and so are empty entries. `[]` or `{}` says that there is none.
  init(variable name: String, value: SecretBytes, shape: SettingFacts.Shape) throws(VariableFault) {
    switch shape {
    case .scalar: self = .scalar(value)
    case .list, .map: self = .items(try Self.items(of: value, name, shape))
    case .series: self = .items(try Self.items(of: value, name, .list))
    case .maps: throw .fileOnly
    }
  }

  private static func items(
    of value: SecretBytes, _ name: String, _ shape: SettingFacts.Shape
  ) throws(VariableFault) -> [Item] {
    let whole = trimmed(value, 0..<value.count)
    if whole.count > 1, let pair = brackets(value[whole.first!], value[whole.last!]) {
      let isEmpty = trimmed(value, whole.first! + 1..<whole.last!).isEmpty
      if pair == shape {
        guard isEmpty else { throw .brackets }
        return []
      }
      // The empty form of the other shape says nothing.
      guard !isEmpty else { throw .nothing }
    }
    var items: [Item] = []
    var start = 0
    while start <= value.count {
      var comma = start
      while comma < value.count, value[comma] != UInt8(ascii: ",") { comma += 1 }
      let range = trimmed(value, start..<comma)
      start = comma + 1
      if range.isEmpty { continue }
      var valueStart = range.lowerBound
      var key = ""
      if shape == .map, let equals = range.first(where: { value[$0] == UInt8(ascii: "=") }) {
        key = value.copy(range.lowerBound..<equals).text
        valueStart = equals + 1
      }
      items.append(Item(key: key, value: value.copy(valueStart..<range.upperBound), source: name))
    }
    guard !items.isEmpty else { throw .nothing }
    return items
  }

  /// The shape whose brackets these are.
  private static func brackets(_ first: UInt8, _ last: UInt8) -> SettingFacts.Shape? {
    if first == UInt8(ascii: "["), last == UInt8(ascii: "]") { return .list }
    return first == UInt8(ascii: "{") && last == UInt8(ascii: "}") ? .map : nil
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func trimmed(_ value: SecretBytes, _ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isSpace(value[start]) { start += 1 }
    while end > start, isSpace(value[end - 1]) { end -= 1 }
    return start..<end
  }
}
