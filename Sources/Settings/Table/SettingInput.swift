/// A value as it was written, before its key has judged it.
enum SettingInput {
  case scalar(SecretBytes)
  case items([Item])
  case maps([YAMLSubset.Node])

  /// An entry of a list, or of a map when it has a key.
  struct Item {
    let key: String
    /// Nil when something else stands in place of one value.
    let value: SecretBytes?
    let source: String
    /// The values of a list that stands in place of one value.
    var list: [SecretBytes]?
    /// What stands in place of one value, such as `not a list`.
    var mismatch: String?
    /// Whether the reader of the file has reported it already.
    var isReported = false
    /// Whether it begins or ends with quotes, as from an environment file; no value of a setting does.
    var isQuoted: Bool {
      value.map(SettingInput.isQuoted) ?? false || key.utf8.first.map(SettingInput.isQuote) ?? false
    }

    init(key: String, value: SecretBytes, source: String) {
      self.key = key
      self.value = value
      self.source = source
    }

    init(key: String, node: YAMLSubset.Node, source: String) {
      self.key = key
      self.source = source
      switch node.content {
      case .scalar(let bytes): value = bytes
      case .faulty:
        value = nil
        isReported = true
      default:
        value = nil
        list = SettingInput.scalars(node.content)
        mismatch = SettingInput.found(node.content)
      }
    }
  }

  /// The value of a node; nil when its form is not the one that the key wants.
  init?(_ node: YAMLSubset.Node, shape: SettingFacts.Shape, file: String) {
    switch (shape, node.content) {
    case (.scalar, .scalar(let bytes)): self = .scalar(bytes)
    case (.list, .sequence(let nodes)), (.series, .sequence(let nodes)):
      self = .items(nodes.map { Item(key: "", node: $0, source: "\(file):\($0.line)") })
    case (.series, .scalar(let bytes)):
      let place = "\(file):\(node.line)"
      guard let input = try? SettingInput(variable: place, value: bytes, shape: shape) else { return nil }
      self = input
    case (.map, .mapping(let mapping)):
      self = .items(mapping.entries.map { Item(key: $0.key, node: $0.value, source: "\(file):\($0.line)") })
    case (.maps, .sequence(let nodes)): self = .maps(nodes)
    default: return nil
    }
  }

  /// The values of a list that holds nothing else; nil for anything but such a list.
  private static func scalars(_ content: YAMLSubset.Content) -> [SecretBytes]? {
    guard case .sequence(let nodes) = content else { return nil }
    let values = nodes.compactMap { if case .scalar(let bytes) = $0.content { bytes } else { nil } }
    return values.count == nodes.count ? values : nil
  }

  static func isQuote(_ byte: UInt8) -> Bool { "'\"`".utf8.contains(byte) }

  static func isQuoted(_ value: SecretBytes) -> Bool {
    value.count > 0 && (isQuote(value[0]) || isQuote(value[value.count - 1]))
  }

  /// What a value is instead of what was expected.
  static func found(_ content: YAMLSubset.Content) -> String {
    switch content {
    case .null, .faulty: "but there is no value"
    case .scalar: "not one value"
    case .sequence: "not a list"
    case .mapping: "not a map"
    }
  }

  /// What `body` makes of every item; the items it refuses are all named.
  func convert<Value>(_ body: (Item) -> Value?) throws(SettingRefusal) -> [Value] {
    guard case .items(let items) = self else { throw .value }
    var values: [Value] = []
    var refused: [Int] = []
    for (index, item) in items.enumerated() where !item.isReported {
      if !item.isQuoted, let value = body(item) { values.append(value) } else { refused.append(index) }
    }
    guard refused.isEmpty else { throw .items(refused) }
    return values
  }
}

extension YAMLSubset.Content {
  /// The keys of a mapping.
  var keys: [String] {
    if case .mapping(let mapping) = self { mapping.entries.map(\.key) } else { [] }
  }

  /// Whether it is `true` or `false`.
  var isSwitch: Bool {
    if case .scalar(let value) = self { value.isSwitch } else { false }
  }
}

extension SecretBytes {
  /// Whether it is `true` or `false`, and so no secret.
  var isSwitch: Bool { equals("true") || equals("false") }
}

extension SettingFacts.Shape {
  /// Whether `content` has this form.
  func fits(_ content: YAMLSubset.Content) -> Bool {
    SettingInput(YAMLSubset.Node(line: 0, content: content), shape: self, file: "") != nil
  }
}
