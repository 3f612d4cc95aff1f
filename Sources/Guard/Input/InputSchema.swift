public import Text

/// What a model takes or gives, compiled once from the part of JSON Schema that fal's own documents use.
///
/// A value is held against it as fal's apps do, by the rules of pydantic's lax mode: `"28"` and `28.0` are integers,
/// `"on"` is true, and members that the schema does not name pass. The time a check takes grows with the length of the value and with
/// nothing else: no part of a schema contains itself.
public struct InputSchema: Sendable {
  let root: SchemaNode

  /// Compiles `schema`.
  /// - Parameters:
  ///   - document: where a `$ref` leads, counted from its outermost object.
  ///   - path: where the schema stands in the document, for the error.
  public init(_ schema: JSONValue, in document: JSONValue, path: String) throws(InputSchemaError) {
    var reader = SchemaReader(document)
    root = try reader.node(schema, at: path)
  }

  /// Everything that is wrong with `value`, in the order of the schema.
  ///
  /// No more than `InputCheck.issueLimit` are told of.
  /// - Parameter location: where the value stands.
  public func issues(with value: JSONValue, at location: [String] = ["body"]) -> [InputIssue] {
    var check = InputCheck(at: location)
    check.check(value, root)
    return check.issues
  }
}

/// What is wrong with a schema, and where.
public struct InputSchemaError: Error, Equatable, CustomStringConvertible {
  /// The names from the outermost object on, with slashes between.
  public var path: String
  /// A sentence.
  public var reason: String

  /// Both.
  public var description: String { "at \(path): \(reason)" }
}

/// One part of a schema.
indirect enum SchemaNode: Sendable {
  case any
  case text(Counts)
  case integer([Bound<WholeNumber>])
  case number([Bound<Double>])
  case flag
  case choice([JSONValue], InputRefusal)
  case list(SchemaNode, Counts)
  case model(ModelNode)
  case dictionary(values: SchemaNode)
  case nullable(SchemaNode)
  case union([SchemaNode])
}

/// How many characters or elements there may be.
struct Counts: Sendable {
  var least: Int?
  var most: Int?
}

/// A limit on a number.
struct Bound<Value: Comparable & Sendable>: Sendable {
  var relation: BoundRelation
  var limit: Value
  /// What is said of a number outside it.
  var refusal: InputRefusal

  func holds(_ value: Value) -> Bool {
    switch relation {
    case .atMost: value <= limit
    case .below: value < limit
    case .atLeast: value >= limit
    case .above: value > limit
    }
  }
}

/// The limits on a number there are, in the order in which they are held.
enum BoundRelation: CaseIterable, Sendable {
  case atMost, below, atLeast, above

  var keyword: String {
    switch self {
    case .atMost: "maximum"
    case .below: "exclusiveMaximum"
    case .atLeast: "minimum"
    case .above: "exclusiveMinimum"
    }
  }

  /// - Parameter limit: the limit as the schema writes it.
  func refusal(_ limit: JSONValue) -> InputRefusal {
    let (type, words, name) =
      switch self {
      case .atMost: ("less_than_equal", "less than or equal to", "le")
      case .below: ("less_than", "less than", "lt")
      case .atLeast: ("greater_than_equal", "greater than or equal to", "ge")
      case .above: ("greater_than", "greater than", "gt")
      }
    return InputRefusal(type, "Input should be \(words) \(limit.literal)", [JSONMember(name: name, value: limit)])
  }
}

/// An object with members of its own.
struct ModelNode: Sendable {
  /// The name of its class, which stands in the location of an issue where it is one of several possibilities.
  var name: String
  var properties: [Property]
  var others: Others
  /// Where each property stands.
  private var places: [String: Int] = [:]

  struct Property: Sendable {
    var name: String
    var isRequired: Bool
    var node: SchemaNode
  }

  /// What becomes of members that are no properties.
  enum Others: Sendable {
    case pass, refused
    case held(SchemaNode)
  }

  init(name: String, properties: [Property], others: Others) {
    self.name = name
    self.properties = properties
    self.others = others
    for (place, property) in properties.enumerated() { places[property.name] = place }
  }

  /// The place of the property `name`, compared byte by byte (RFC 8259 §8.3).
  func place(of name: String) -> Int? {
    guard let place = places[name], properties[place].name.utf8.elementsEqual(name.utf8) else { return nil }
    return place
  }
}
