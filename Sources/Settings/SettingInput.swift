/// A value as it was written, before its key has judged it.
enum SettingInput {
  case scalar(SecretBytes)
  case items([Item])

  /// An entry of a list, or of a map when it has a key.
  struct Item {
    let key: String
    let value: SecretBytes
    let source: String
  }

  /// The value of a node; nil when its form is not the one that the key wants.
  init?(_ node: YAMLSubset.Node, shape: SettingKey.Shape, file: String) {
    switch (shape, node.content) {
    case (.scalar, .scalar(let bytes)): self = .scalar(bytes)
    case (.list, .sequence(let nodes)):
      var items: [Item] = []
      for node in nodes {
        guard case .scalar(let bytes) = node.content else { return nil }
        items.append(Item(key: "", value: bytes, source: "\(file):\(node.line)"))
      }
      self = .items(items)
    case (.map, .mapping(let entries)):
      var items: [Item] = []
      for entry in entries {
        guard case .scalar(let bytes) = entry.value.content else { return nil }
        items.append(Item(key: entry.key, value: bytes, source: "\(file):\(entry.line)"))
      }
      self = .items(items)
    default: return nil
    }
  }

  /// What the variable of a list or map can be besides a value.
  enum VariableFault: Error {
    /// It is set and holds no entry.
    case nothing
    /// Its entries stand in brackets.
    case brackets
  }

  /// The value of the variable `name`: lists are separated by commas, map entries are `key=value`; spaces around entries
  /// are dropped and so are empty entries. `[]` or `{}` says that there is none.
  init(variable name: String, value: SecretBytes, shape: SettingKey.Shape) throws(VariableFault) {
    if case .scalar = shape {
      self = .scalar(value)
      return
    }
    let whole = Self.trimmed(value, 0..<value.count)
    if whole.count > 1, let pair = Self.brackets(value[whole.first!], value[whole.last!]) {
      let isEmpty = Self.trimmed(value, whole.first! + 1..<whole.last!).isEmpty
      if pair == shape {
        guard isEmpty else { throw .brackets }
        self = .items([])
        return
      }
      // The empty form of the other shape says nothing.
      guard !isEmpty else { throw .nothing }
    }
    var items: [Item] = []
    var start = 0
    while start <= value.count {
      var comma = start
      while comma < value.count, value[comma] != UInt8(ascii: ",") { comma += 1 }
      let range = Self.trimmed(value, start..<comma)
      start = comma + 1
      if range.isEmpty { continue }
      var valueStart = range.lowerBound
      var key = ""
      if case .map = shape, let equals = range.first(where: { value[$0] == UInt8(ascii: "=") }) {
        key = value.copy(range.lowerBound..<equals).text
        valueStart = equals + 1
      }
      items.append(Item(key: key, value: value.copy(valueStart..<range.upperBound), source: name))
    }
    guard !items.isEmpty else { throw .nothing }
    self = .items(items)
  }

  /// The shape whose brackets these are.
  private static func brackets(_ first: UInt8, _ last: UInt8) -> SettingKey.Shape? {
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
