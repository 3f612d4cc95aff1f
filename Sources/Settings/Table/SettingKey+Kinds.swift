internal import Text

/// The kinds of values a key can have. All begin with the name, the place in the record and what the key does.
extension SettingKey {
  /// One value that `parse` makes of its text; `range` says in words what it may be.
  static func scalar<Value: Sendable>(
    _ name: String, _ path: Path<Value>, _ summary: String, unit: String = "text", range: String,
    expected: String? = nil, parse: @escaping @Sendable (String) -> Value?,
    show: @escaping @Sendable (Value) -> String
  ) -> SettingKey {
    SettingKey(
      SettingFacts(
        name: name, summary: summary, shape: .scalar, unit: unit, range: range,
        expected: expected ?? "expected \(range)"),
      store: { (input, root) throws(SettingRefusal) in
        guard case .scalar(let bytes) = input, let value = parse(bytes.text) else { throw .value }
        root[keyPath: path] = value
      },
      show: { show($0[keyPath: path]) })
  }

  static func integer(
    _ name: String, _ path: Path<Int>, _ summary: String, _ range: ClosedRange<Int>, or note: String = ""
  ) -> SettingKey {
    let ends = "\(range.lowerBound)…\(range.upperBound)\(note)"
    return scalar(
      name, path, summary, unit: "number", range: ends, expected: "expected an integer \(ends)",
      parse: { UnitText.integer($0).flatMap { range.contains($0) ? $0 : nil } }, show: { String($0) })
  }

  /// A number with at most one digit behind the point.
  static func decimal(
    _ name: String, _ path: Path<Double>, _ summary: String, tenths range: ClosedRange<Int>
  ) -> SettingKey {
    let ends = "\(UnitText.describe(tenths: range.lowerBound))…\(UnitText.describe(tenths: range.upperBound))"
    return scalar(
      name, path, summary, unit: "number", range: ends,
      expected: "expected a number \(ends) with at most one digit behind the point",
      parse: { UnitText.tenths($0).flatMap { range.contains($0) ? Double($0) / 10 : nil } },
      show: { UnitText.describe(tenths: Int(($0 * 10).rounded())) })
  }

  /// - Parameter zero: what 0 means, where it may be given beside `range`.
  static func size(
    _ name: String, _ path: Path<Int>, _ summary: String, _ range: ClosedRange<Int>, zero: String? = nil
  ) -> SettingKey {
    let note = zero.map { " (0 = \($0))" } ?? ""
    let ends = "\(UnitText.describe(size: range.lowerBound))…\(UnitText.describe(size: range.upperBound))\(note)"
    let example = UnitText.describe(size: Root()[keyPath: path])
    return scalar(
      name, path, summary, unit: "size", range: ends, expected: "expected a size \(ends) such as \(example)",
      parse: { UnitText.size($0).flatMap { range.contains($0) || zero != nil && $0 == 0 ? $0 : nil } },
      show: { UnitText.describe(size: $0) })
  }

  static func duration(
    _ name: String, _ path: Path<Duration>, _ summary: String,
    _ range: ClosedRange<Duration> = .milliseconds(10)...(.seconds(24 * 3600))
  ) -> SettingKey {
    let ends = "\(UnitText.describe(range.lowerBound))…\(UnitText.describe(range.upperBound))"
    let example = UnitText.describe(Root()[keyPath: path])
    return scalar(
      name, path, summary, unit: "duration", range: ends, expected: "expected a duration \(ends) such as \(example)",
      parse: { UnitText.duration($0).flatMap { range.contains($0) ? $0 : nil } }, show: { UnitText.describe($0) })
  }

  static func flag(_ name: String, _ path: Path<Bool>, _ summary: String) -> SettingKey {
    scalar(
      name, path, summary, unit: "switch", range: "true or false",
      parse: { $0 == "true" ? true : $0 == "false" ? false : nil }, show: { String($0) })
  }

  static func text(
    _ name: String, _ path: Path<String>, _ summary: String, range: String,
    _ isValid: @escaping @Sendable (String) -> Bool
  ) -> SettingKey {
    scalar(name, path, summary, range: range, parse: { isValid($0) ? $0 : nil }, show: { SettingText.scalar($0) })
  }

  /// The path of a file; empty, and written `none`, where there is none. A variable that holds nothing is a fault.
  static func path(_ name: String, _ path: Path<String>, _ summary: String) -> SettingKey {
    var key = scalar(
      name, path, summary, range: "the path of a file, or none",
      parse: { text in
        guard let first = text.utf8.first, let last = text.utf8.last, first > 0x20, last > 0x20,
          !SettingInput.isQuote(first), !SettingInput.isQuote(last), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        return text == "none" ? "" : text
      },
      show: { $0.isEmpty ? "none" : SettingText.scalar($0) })
    key.facts.emptyVariable = .fault
    return key
  }

  /// A list of values that `parse` makes of each entry; `entries` says in words what they are. `finish` may change the
  /// list as a whole.
  static func list<Value: Sendable>(
    _ name: String, _ path: Path<[Value]>, _ summary: String, of entries: String,
    emptyVariable: SettingFacts.EmptyVariable, parse: @escaping @Sendable (SecretBytes) -> Value?,
    finish: @escaping @Sendable ([Value]) -> [Value] = { $0 }, show: @escaping @Sendable ([Value]) -> String
  ) -> SettingKey {
    let range = "\(entries) ([] for none)"
    return SettingKey(
      SettingFacts(
        name: name, summary: summary, shape: .list, unit: "list", range: range, expected: "expected a list of \(range)",
        emptyVariable: emptyVariable),
      store: { (input, root) throws(SettingRefusal) in
        root[keyPath: path] = finish(try input.convert { item in item.value.flatMap(parse) })
      },
      show: { show($0[keyPath: path]) })
  }

  /// A list of patterns or names, which another room understands; here an entry only has to be visible ASCII.
  /// - Parameter builtIn: what is shown where `@default` stands.
  static func words(
    _ name: String, _ path: Path<[String]>, _ summary: String, of entries: String,
    emptyVariable: SettingFacts.EmptyVariable, builtIn: [String] = [Settings.defaultMarker]
  ) -> SettingKey {
    list(
      name, path, summary, of: entries, emptyVariable: emptyVariable,
      parse: { bytes in bytes.count > 0 && bytes.withUnsafeBytes { $0.allSatisfy(\.isVisible) } ? bytes.text : nil },
      finish: { Settings.expanding($0, with: [Settings.defaultMarker]) },
      show: { "[" + Settings.expanding($0, with: builtIn).map(SettingText.flow).joined(separator: ", ") + "]" })
  }

  /// A list of secrets of `minimum` or more visible ASCII characters. They are never shown, nor is a name beside them
  /// that resembles no key.
  static func secrets(
    _ name: String, _ path: Path<[SecretBytes]>, _ summary: String, of entries: String, minimum: Int
  ) -> SettingKey {
    var key = list(
      name, path, summary, of: "\(entries) of \(minimum) or more visible ASCII characters", emptyVariable: .fault,
      parse: { $0.count >= minimum && $0.withUnsafeBytes { $0.allSatisfy(\.isVisible) } ? $0 : nil },
      show: { $0.isEmpty ? "[]" : "<redacted> × \($0.count)" })
    key.facts.holdsSecrets = true
    return key
  }

  /// A map from names that the operator chooses to a text or a list of them, each name and text being visible.
  static func lists(
    _ name: String, _ path: Path<[String: [String]]>, _ summary: String, range: String
  ) -> SettingKey {
    @Sendable func isText(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }
    let pairs: @Sendable (Root) -> [String] = { root in
      root[keyPath: path].sorted { $0.key < $1.key }.map {
        "\(SettingText.scalar($0.key)): [\($0.value.map(SettingText.flow).joined(separator: ", "))]"
      }
    }
    var key = SettingKey(
      SettingFacts(
        name: name, summary: summary, shape: .map, unit: "map", range: "\(range) ({} for none)",
        expected: "expected \(range)"),
      store: { (input, root) throws(SettingRefusal) in
        var map: [String: [String]] = [:]
        _ = try input.convert { item -> Bool? in
          let texts = (item.value.map { [$0] } ?? item.list ?? []).map(\.text)
          guard isText(item.key), map[item.key] == nil, !texts.isEmpty, texts.allSatisfy(isText) else { return nil }
          map[item.key] = texts
          return true
        }
        root[keyPath: path] = map
      },
      show: { "{" + pairs($0).joined(separator: ", ") + "}" })
    key.below = pairs
    return key
  }

  /// A map from names that the operator chooses; `key` makes the key of what is written, and each may be there once.
  static func map<Value: Sendable>(
    _ name: String, _ path: Path<[String: Value]>, _ summary: String, range: String,
    key: @escaping @Sendable (String) -> String?, value: @escaping @Sendable (String) -> Value?,
    show: @escaping @Sendable (Value) -> String
  ) -> SettingKey {
    let pairs: @Sendable (Root) -> [String] = { root in
      root[keyPath: path].sorted { $0.key < $1.key }.map { "\(SettingText.scalar($0.key)): \(show($0.value))" }
    }
    var key = SettingKey(
      SettingFacts(
        name: name, summary: summary, shape: .map, unit: "map", range: "\(range) ({} for none)",
        expected: "expected \(range)"),
      store: { (input, root) throws(SettingRefusal) in
        var map: [String: Value] = [:]
        _ = try input.convert { item -> Bool? in
          guard let name = key(item.key), map[name] == nil, let value = item.value.flatMap({ value($0.text) }) else {
            return nil
          }
          map[name] = value
          return true
        }
        root[keyPath: path] = map
      },
      show: { "{" + pairs($0).joined(separator: ", ") + "}" })
    key.below = pairs
    return key
  }
}
