/// Makes a value of a JSON text (RFC 8259): well-formed UTF-8, no lone surrogates, nothing before or after the value.
public struct JSONParser {
  private var scanner: JSONScanner

  public static func parse(_ bytes: [UInt8], depthLimit: Int = 64) throws(JSONError) -> JSONValue {
    try parse(bytes.span, JSONLimits(depth: depthLimit))
  }

  public static func parse(_ bytes: Span<UInt8>, _ limits: JSONLimits) throws(JSONError) -> JSONValue {
    var parser = JSONParser(scanner: try JSONScanner(bytes, limits))
    let value = try parser.value(bytes, depth: 0)
    try parser.scanner.end(bytes)
    return value
  }

  private mutating func value(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) -> JSONValue {
    switch scanner.kind(bytes) {
    case .object: return .object(try object(bytes, depth: depth + 1))
    case .array: return .array(try array(bytes, depth: depth + 1))
    case .string: return .string(try scanner.string(bytes).text(in: bytes))
    case .yes:
      try scanner.word("true", bytes)
      return .bool(true)
    case .no:
      try scanner.word("false", bytes)
      return .bool(false)
    case .null:
      try scanner.word("null", bytes)
      return .null
    case .number:
      let digits = bytes.extracting(try scanner.number(bytes))
      return .number(String(copying: UTF8Span(unchecked: digits, isKnownASCII: true)))
    }
  }

  private mutating func array(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) -> [JSONValue] {
    var elements: [JSONValue] = []
    if try scanner.opens(UInt8(ascii: "]"), depth: depth, bytes) { return elements }
    repeat { elements.append(try value(bytes, depth: depth)) } while try !scanner.closes(UInt8(ascii: "]"), bytes)
    return elements
  }

  private mutating func object(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) -> [JSONMember] {
    var members: [JSONMember] = []
    var names = JSONNames()
    if try scanner.opens(UInt8(ascii: "}"), depth: depth, bytes) { return members }
    repeat {
      let name = try scanner.name(bytes)
      if !scanner.limits.allowsDuplicates { try names.insert(name, in: bytes) }
      members.append(JSONMember(name: name.text(in: bytes), value: try value(bytes, depth: depth)))
    } while try !scanner.closes(UInt8(ascii: "}"), bytes)
    return members
  }
}

/// The names that an object has had so far.
struct JSONNames {
  private var names: Set<[UInt8]> = []

  /// Adds a name, compared as the text it stands for, byte by byte (RFC 8259 §8.3).
  mutating func insert(_ name: JSONStringToken, in bytes: Span<UInt8>) throws(JSONError) {
    guard names.insert(name.unescaped(in: bytes)).inserted else {
      throw JSONError(offset: name.content.lowerBound, reason: "Duplicate property name")
    }
  }
}
