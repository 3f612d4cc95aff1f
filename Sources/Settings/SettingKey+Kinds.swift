/// The kinds of values a key can have.
extension SettingKey {
  typealias Path<Value> = any WritableKeyPath<Settings, Value> & Sendable

  static func scalar<Value: Sendable>(
    _ name: String, _ path: Path<Value>, expected: String,
    parse: @escaping @Sendable (String) -> Value?, show: @escaping @Sendable (Value) -> String
  ) -> SettingKey {
    SettingKey(
      name: name, shape: .scalar, expected: expected,
      store: { (input, settings) throws(Refusal) in
        guard case .scalar(let bytes) = input, let value = parse(bytes.text) else { throw .value }
        settings[keyPath: path] = value
      },
      show: { show($0[keyPath: path]) })
  }

  static func integer(_ name: String, _ path: Path<Int>, _ range: ClosedRange<Int>, or note: String = "") -> SettingKey
  {
    scalar(
      name, path, expected: "expected an integer \(range.lowerBound)…\(range.upperBound)\(note)",
      parse: { UnitText.integer($0).flatMap { range.contains($0) ? $0 : nil } }, show: { String($0) })
  }

  static func size(_ name: String, _ path: Path<Int>, _ range: ClosedRange<Int>) -> SettingKey {
    let (low, high) = (UnitText.describe(size: range.lowerBound), UnitText.describe(size: range.upperBound))
    let example = UnitText.describe(size: Settings()[keyPath: path])
    return scalar(
      name, path, expected: "expected a size \(low)…\(high) such as \(example)",
      parse: { UnitText.size($0).flatMap { range.contains($0) ? $0 : nil } }, show: { UnitText.describe(size: $0) })
  }

  static func duration(
    _ name: String, _ path: Path<Duration>,
    _ range: ClosedRange<Duration> = .milliseconds(10)...(.seconds(24 * 3600))
  ) -> SettingKey {
    let (low, high) = (UnitText.describe(range.lowerBound), UnitText.describe(range.upperBound))
    let example = UnitText.describe(Settings()[keyPath: path])
    return scalar(
      name, path, expected: "expected a duration \(low)…\(high) such as \(example)",
      parse: { UnitText.duration($0).flatMap { range.contains($0) ? $0 : nil } }, show: { UnitText.describe($0) })
  }

  static func flag(_ name: String, _ path: Path<Bool>) -> SettingKey {
    scalar(
      name, path, expected: "expected true or false", parse: { $0 == "true" ? true : $0 == "false" ? false : nil },
      show: { String($0) })
  }

  static func text(
    _ name: String, _ path: Path<String>, expected: String, _ isValid: @escaping @Sendable (String) -> Bool
  ) -> SettingKey {
    scalar(name, path, expected: expected, parse: { isValid($0) ? $0 : nil }, show: { $0 })
  }

  /// A list of patterns, which another room understands; here an entry only has to be visible ASCII.
  static func patterns(
    _ name: String, _ path: Path<[String]>, expected: String, emptyVariable: EmptyVariable,
    builtIn: [String] = [Settings.defaultMarker]
  ) -> SettingKey {
    SettingKey(
      name: name, shape: .list, expected: expected, emptyVariable: emptyVariable,
      store: { (input, settings) throws(Refusal) in
        settings[keyPath: path] = Settings.expanding(
          try entries(of: input) { item in
            item.value.withUnsafeBytes { !$0.isEmpty && $0.allSatisfy(isVisible) } ? item.value.text : nil
          }, with: builtIn)
      },
      show: { "[" + $0[keyPath: path].joined(separator: ", ") + "]" })
  }

  /// What `convert` makes of every item; the items it refuses are all named.
  static func entries<Value>(
    of input: SettingInput, _ convert: (SettingInput.Item) -> Value?
  ) throws(Refusal) -> [Value] {
    guard case .items(let items) = input else { throw .value }
    var values: [Value] = []
    var refused: [Int] = []
    for (index, item) in items.enumerated() {
      if let value = convert(item) { values.append(value) } else { refused.append(index) }
    }
    guard refused.isEmpty else { throw .items(refused) }
    return values
  }

  @Sendable static func isVisible(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }
}
