internal import Text

/// The keywords of one schema. What is read is taken out, so that what is left at the end is what nobody knows.
struct SchemaKeywords {
  /// Where the schema stands.
  let path: String
  /// What it is called.
  let title: String?
  private var members: [JSONMember]

  /// Keywords that say nothing of a value; neither do OpenAPI's extensions, `x-…`.
  private static let annotations: Set = [
    "title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "$comment",
    "$schema", "ui",
  ]

  init(_ schema: JSONValue, at path: String) throws(InputSchemaError) {
    guard case .object(let members) = schema else {
      throw InputSchemaError(path: path, reason: "a schema is a JSON object")
    }
    guard Set(members.map(\.name)).count == members.count else {
      throw InputSchemaError(path: path, reason: "a keyword stands twice")
    }
    self.path = path
    title = schema["title"]?.text
    self.members = members.filter { !SchemaKeywords.annotations.contains($0.name) && !$0.name.hasPrefix("x-") }
  }

  func error(_ keyword: String, _ reason: String) -> InputSchemaError {
    InputSchemaError(path: path, reason: "\(keyword) \(reason)")
  }

  /// Throws unless every keyword has been taken.
  func end() throws(InputSchemaError) {
    guard let rest = members.first else { return }
    throw error(
      rest.name, "is a keyword that is not supported here: take it out, or what it asks for would not be held")
  }

  mutating func take(_ keyword: String) -> JSONValue? {
    guard let index = members.firstIndex(where: { $0.name == keyword }) else { return nil }
    return members.remove(at: index).value
  }

  mutating func flag(_ keyword: String) throws(InputSchemaError) -> Bool? {
    guard let value = take(keyword) else { return nil }
    guard case .bool(let flag) = value else { throw error(keyword, "has to be true or false") }
    return flag
  }

  mutating func text(_ keyword: String) throws(InputSchemaError) -> String? {
    guard let value = take(keyword) else { return nil }
    guard let text = value.text else { throw error(keyword, "has to be a string") }
    return text
  }

  mutating func texts(_ keyword: String) throws(InputSchemaError) -> [String]? {
    guard let value = take(keyword) else { return nil }
    guard let texts = value.elements?.map(\.text), let known = texts as? [String] else {
      throw error(keyword, "has to be a list of strings")
    }
    return known
  }

  mutating func schemas(_ keyword: String) throws(InputSchemaError) -> [JSONValue]? {
    guard let value = take(keyword) else { return nil }
    guard let schemas = value.elements, !schemas.isEmpty else { throw error(keyword, "has to be a list of schemas") }
    return schemas
  }

  mutating func members(_ keyword: String) throws(InputSchemaError) -> [JSONMember]? {
    guard let value = take(keyword) else { return nil }
    guard case .object(let members) = value, Set(members.map(\.name)).count == members.count else {
      throw error(keyword, "has to be an object that names nothing twice")
    }
    return members
  }

  mutating func types() throws(InputSchemaError) -> [String] {
    guard case .string(let type) = members.first(where: { $0.name == "type" })?.value else {
      return try texts("type") ?? []
    }
    _ = take("type")
    return [type]
  }

  mutating func counts(_ least: String, _ most: String) throws(InputSchemaError) -> Counts {
    Counts(least: try count(least), most: try count(most))
  }

  private mutating func count(_ keyword: String) throws(InputSchemaError) -> Int? {
    guard let value = take(keyword) else { return nil }
    guard let count = value.int, count >= 0 else { throw error(keyword, "has to be an integer from 0 on") }
    return count
  }

  /// - Parameter read: makes a number of the digits of one.
  mutating func bounds<Value>(_ read: (String) -> Value?) throws(InputSchemaError) -> [Bound<Value>] {
    var bounds: [Bound<Value>] = []
    for relation in BoundRelation.allCases {
      guard let value = take(relation.keyword) else { continue }
      // 1.0 is 1, in the numbers and in the sentences.
      let written = value.int.map { JSONValue.integer($0) } ?? value
      guard case .number(let digits) = written, let limit = read(digits) else {
        throw error(relation.keyword, "has to be a number, and one of an integer an integer")
      }
      bounds.append(Bound(relation: relation, limit: limit, refusal: relation.refusal(written)))
    }
    return bounds
  }

  /// What `enum` or `const` lets choose: strings, integers and null.
  mutating func choice(of type: String?) throws(InputSchemaError) -> SchemaNode? {
    let keyword = members.contains { $0.name == "const" } ? "const" : "enum"
    guard let value = take(keyword) else { return nil }
    let values = keyword == "const" ? [value] : value.elements ?? []
    let chosen = values.filter { $0 != .null }
    let fits = chosen.allSatisfy { value in
      switch value {
      case .string: type ?? "string" == "string"
      case .number(let digits): WholeNumber(digits) != nil && type ?? "integer" == "integer"
      default: false
      }
    }
    guard fits, !chosen.isEmpty else {
      throw error(keyword, "may hold strings or integers, as its type says, and null")
    }
    let node = SchemaNode.choice(chosen, .choice(chosen))
    return chosen.count < values.count ? .nullable(node) : node
  }
}
