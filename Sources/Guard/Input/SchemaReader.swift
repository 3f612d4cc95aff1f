internal import Text

/// Compiles the schemas of a document.
///
/// A keyword it does not know is an error and never passed over: what it asks for would be allowed silently.
struct SchemaReader {
  private let document: JSONValue
  /// The references that are being followed.
  private var open: [String] = []
  private var depth = 0
  private var nodes = 0

  /// How deep schemas may stand within one another, and how many there may be with all references followed.
  private static let depthLimit = 32
  private static let nodeLimit = 10_000

  init(_ document: JSONValue) { self.document = document }

  /// Compiles `schema`, which stands at `path`.
  /// - Parameter name: what it is called where it is referred to.
  mutating func node(_ schema: JSONValue, at path: String, name: String? = nil) throws(InputSchemaError) -> SchemaNode {
    nodes += 1
    depth += 1
    defer { depth -= 1 }
    guard depth <= SchemaReader.depthLimit, nodes <= SchemaReader.nodeLimit else {
      throw InputSchemaError(path: path, reason: "the schema is too large or nested too deeply")
    }
    var keywords = try SchemaKeywords(schema, at: path)
    let node = try bare(&keywords, name: name)
    let isNullable = try keywords.flag("nullable") ?? false
    try keywords.end()
    if case .nullable = node { return node }
    return isNullable ? .nullable(node) : node
  }

  private mutating func bare(_ keywords: inout SchemaKeywords, name: String?) throws(InputSchemaError) -> SchemaNode {
    if let reference = try keywords.text("$ref") { return try follow(reference, from: keywords.path) }
    if let parts = try keywords.schemas("allOf") {
      guard parts.count == 1 else { throw keywords.error("allOf", "has to hold exactly one schema") }
      return try node(parts[0], at: "\(keywords.path)/allOf/0", name: name)
    }
    if let parts = try keywords.schemas("anyOf") { return try union(parts, at: "\(keywords.path)/anyOf") }
    var types = try keywords.types()
    var isNullable = false
    if types.count > 1, let place = types.firstIndex(of: "null") {
      types.remove(at: place)
      isNullable = true
    }
    guard types.count <= 1 else { throw keywords.error("type", "names several types: write them as an anyOf") }
    let node = try typed(types.first, &keywords, name: name)
    return isNullable ? .nullable(node) : node
  }

  private mutating func follow(_ reference: String, from path: String) throws(InputSchemaError) -> SchemaNode {
    let names = reference.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    var target: JSONValue? = names.first == "#" && names.count > 1 ? document : nil
    for name in names.dropFirst() { target = target?[name] }
    guard let target else {
      throw InputSchemaError(path: path, reason: "$ref leads to nothing in this file; it is written #/$defs/NAME")
    }
    guard !open.contains(reference) else {
      throw InputSchemaError(path: path, reason: "$ref leads back to a schema that contains it")
    }
    open.append(reference)
    defer { open.removeLast() }
    return try node(target, at: names.dropFirst().joined(separator: "/"), name: names.last)
  }

  /// The possibilities, of which `null` is told apart: with one other there is no choice left.
  private mutating func union(_ parts: [JSONValue], at path: String) throws(InputSchemaError) -> SchemaNode {
    var nodes: [SchemaNode] = []
    for (index, part) in parts.enumerated() where part["type"] != "null" {
      nodes.append(try node(part, at: "\(path)/\(index)"))
    }
    guard !nodes.isEmpty else { throw InputSchemaError(path: path, reason: "holds no schema besides null") }
    let node = nodes.count == 1 ? nodes[0] : .union(nodes)
    return nodes.count < parts.count ? .nullable(node) : node
  }

  private mutating func typed(
    _ type: String?, _ keywords: inout SchemaKeywords, name: String?
  ) throws(InputSchemaError) -> SchemaNode {
    if let choice = try keywords.choice(of: type) { return choice }
    switch type {
    case nil: return .any
    case "string": return .text(try keywords.counts("minLength", "maxLength"))
    case "integer": return .integer(try keywords.bounds { WholeNumber($0) })
    case "number": return .number(try keywords.bounds { Double($0) })
    case "boolean": return .flag
    case "array":
      let items = try keywords.take("items").map { items throws(InputSchemaError) in
        try node(items, at: "\(keywords.path)/items")
      }
      return .list(items ?? .any, try keywords.counts("minItems", "maxItems"))
    case "object": return try object(&keywords, name: name)
    default:
      throw keywords.error(
        "type", "is none of string, integer, number, boolean, array, object, and null beside another")
    }
  }

  /// With properties it is a model, else a dictionary.
  private mutating func object(
    _ keywords: inout SchemaKeywords, name: String?
  ) throws(InputSchemaError) -> SchemaNode {
    let title = keywords.title
    let required = try keywords.texts("required") ?? []
    var others = ModelNode.Others.pass
    switch keywords.take("additionalProperties") {
    case nil, .bool(true): break
    case .bool(false): others = .refused
    case .some(let schema): others = .held(try node(schema, at: "\(keywords.path)/additionalProperties"))
    }
    guard let members = try keywords.members("properties") else {
      guard required.isEmpty else { throw keywords.error("required", "names what properties does not hold") }
      switch others {
      case .pass: return .dictionary(values: .any)
      case .held(let node): return .dictionary(values: node)
      case .refused: return .model(ModelNode(name: name ?? title ?? "object", properties: [], others: .refused))
      }
    }
    var properties: [ModelNode.Property] = []
    for member in members {
      let node = try node(member.value, at: "\(keywords.path)/properties/\(member.name)")
      properties.append(.init(name: member.name, isRequired: required.contains(member.name), node: node))
    }
    guard required.allSatisfy({ name in members.contains { $0.name == name } }) else {
      throw keywords.error("required", "names what properties does not hold")
    }
    return .model(ModelNode(name: name ?? title ?? "object", properties: properties, others: others))
  }
}
