internal import Text

extension SchemaNode {
  /// Reads a value that has no parts; the other kinds of nodes take any.
  func readScalar(_ value: JSONValue) throws(InputRefusal) {
    switch self {
    case .text(let counts): try counts.hold(try LaxReading.readText(value))
    case .integer(let bounds):
      let number = try LaxReading.readInteger(value)
      for bound in bounds where !bound.holds(number) { throw bound.refusal }
    case .number(let bounds):
      let number = try LaxReading.readNumber(value)
      for bound in bounds where !bound.holds(number) { throw bound.refusal }
    case .flag: _ = try LaxReading.readFlag(value)
    case .choice(let values, let refusal):
      guard values.contains(where: { $0.isChosen(by: value) }) else { throw refusal }
    case .any, .list, .model, .dictionary, .nullable, .union: break
    }
  }

  /// How pydantic calls a possibility among several, in the location of an issue.
  var label: String {
    switch self {
    case .any: "any"
    case .text(let counts): counts.least ?? counts.most == nil ? "str" : "constrained-str"
    case .integer(let bounds): bounds.isEmpty ? "int" : "constrained-int"
    case .number(let bounds): bounds.isEmpty ? "float" : "constrained-float"
    case .flag: "bool"
    case .choice(let values, _): "literal[\(values.map(\.literal).joined(separator: ","))]"
    case .list(let node, _): "list[\(node.label)]"
    case .model(let model): model.name
    case .dictionary(let node): "dict[str,\(node.label)]"
    case .nullable(let node): "nullable[\(node.label)]"
    case .union(let nodes): "union[\(nodes.map(\.label).joined(separator: ","))]"
    }
  }
}

extension InputRefusal {
  /// What is said of a value that is none of `values`.
  static func choice(_ values: [JSONValue]) -> InputRefusal {
    let literals = values.map(\.literal)
    var expected = literals.joined()
    if literals.count > 1 {
      expected = "\(literals.dropLast().joined(separator: ", ")) or \(literals[literals.count - 1])"
    }
    return InputRefusal(
      "literal_error", "Input should be \(expected)", [JSONMember(name: "expected", value: .string(expected))])
  }
}

extension Counts {
  /// Counts code points, as Python does.
  fileprivate func hold(_ text: String) throws(InputRefusal) {
    guard least ?? most != nil else { return }
    let count = text.unicodeScalars.count
    if let most, count > most { throw refusal("string_too_long", "most", "max_length", most) }
    if let least, count < least { throw refusal("string_too_short", "least", "min_length", least) }
  }

  private func refusal(_ type: String, _ word: String, _ name: String, _ limit: Int) -> InputRefusal {
    InputRefusal(
      type, "String should have at \(word) \(limit) character\(limit == 1 ? "" : "s")",
      [JSONMember(name: name, value: .integer(limit))])
  }
}

extension JSONValue {
  /// Whether `value` is this one of several that may be chosen: the same text, or, for an integer, the same number.
  fileprivate func isChosen(by value: JSONValue) -> Bool {
    switch (self, value) {
    case (.string(let choice), .string(let text)): choice.utf8.elementsEqual(text.utf8)
    case (.number(let choice), .number), (.number(let choice), .bool):
      WholeNumber(choice).map { $0 == LaxReading.integer(value) } ?? false
    default: false
    }
  }

  /// As Python writes it.
  var literal: String {
    switch self {
    case .string(let text):
      let quote = text.contains("'") && !text.contains("\"") ? "\"" : "'"
      var literal = quote
      for character in text.unicodeScalars {
        if character == "\\" || String(character) == quote { literal += "\\" }
        literal.unicodeScalars.append(character)
      }
      return literal + quote
    case .number(let text): return text
    default: return "None"
    }
  }
}
