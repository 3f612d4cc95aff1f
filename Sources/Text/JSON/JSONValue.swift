/// A JSON text as a value: members keep their order, numbers keep their digits (a seed may exceed 2^53).
public enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  /// The number as it is written.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([JSONMember])

  public static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
    .object(members.map { JSONMember(name: $0.key, value: $0.value) })
  }

  public static func integer(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }

  /// A finite number.
  public static func decimal(_ value: Double) -> JSONValue { .number("\(value)") }

  /// The member with that name; the last one when there are several, like the parsers of fal's apps.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    // Byte by byte (RFC 8259 §8.3): to Swift's `==` the Kelvin sign is a K.
    return members.last { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }

  public var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The elements of an array.
  public var elements: [JSONValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// An integer that fits; 5.0 is one (as in JSON Schema), 5.5 is none.
  public var int: Int? {
    guard case .number(let text) = self else { return nil }
    if let exact = Int(text) { return exact }
    // Digits alone that do not fit must not be rounded to something that does.
    guard text.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }) else { return nil }
    return Double(text).flatMap { Int(exactly: $0) }
  }

  public var double: Double? {
    guard case .number(let text) = self else { return nil }
    return Double(text)
  }
}

/// A name and its value in a JSON object.
public struct JSONMember: Equatable, Sendable {
  public var name: String
  public var value: JSONValue

  public init(name: String, value: JSONValue) {
    self.name = name
    self.value = value
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
}
