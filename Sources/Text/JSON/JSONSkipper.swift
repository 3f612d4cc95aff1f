/// Walks over a JSON text without making values of it; accepts exactly what `JSONParser` accepts.
public struct JSONSkipper {
  private var scanner: JSONScanner

  /// A member of the outermost object, as offsets into the text.
  public struct Member {
    let token: JSONStringToken
    /// Where its value stands, without the space around it.
    public let value: Range<Int>
  }

  /// Throws unless the whole of `bytes` is a JSON text.
  public static func check(_ bytes: Span<UInt8>, _ limits: JSONLimits = JSONLimits()) throws(JSONError) {
    var skipper = JSONSkipper(scanner: try JSONScanner(bytes, limits))
    _ = try skipper.value(bytes, depth: 0)
    try skipper.scanner.end(bytes)
  }

  /// Where the value of the member `name` of the outermost object stands; nil when it has none, or is no object.
  ///
  /// The whole text is checked. A second member of that name is an error whatever `limits` say: whoever acts on the one
  /// must know that nobody acts on the other. Names are compared as the texts that they stand for, escapes or not.
  public static func member(
    _ name: String, in bytes: Span<UInt8>, _ limits: JSONLimits = JSONLimits()
  ) throws(JSONError) -> Range<Int>? {
    let wanted = Array(name.utf8)
    return try member(wanted.span, in: bytes, limits)
  }

  /// The same, by the bytes of the name.
  public static func member(
    _ name: Span<UInt8>, in bytes: Span<UInt8>, _ limits: JSONLimits = JSONLimits()
  ) throws(JSONError) -> Range<Int>? {
    var found: Range<Int>?
    var again: Int?
    try forEachMember(of: bytes, limits) { member in
      guard member.token.equals(name, in: bytes) else { return }
      if found == nil { found = member.value } else { again = again ?? member.token.content.lowerBound }
    }
    if let again { throw JSONError(offset: again, reason: "Duplicate property name") }
    return found
  }

  /// Calls `body` with every member of the outermost object in order, none when the text is no object. The whole text is
  /// checked; `body` may have seen members before an error is found behind them.
  public static func forEachMember(
    of bytes: Span<UInt8>, _ limits: JSONLimits, _ body: (Member) -> Void
  ) throws(JSONError) {
    var skipper = JSONSkipper(scanner: try JSONScanner(bytes, limits))
    if skipper.scanner.kind(bytes) == .object {
      try skipper.object(bytes, depth: 1, body)
    } else {
      _ = try skipper.value(bytes, depth: 0)
    }
    try skipper.scanner.end(bytes)
  }

  /// Passes a value and says where it stands.
  private mutating func value(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) -> Range<Int> {
    let kind = scanner.kind(bytes)
    let start = scanner.position
    switch kind {
    case .object: try object(bytes, depth: depth + 1) { _ in }
    case .array: try array(bytes, depth: depth + 1)
    case .string: _ = try scanner.string(bytes)
    case .yes: try scanner.word("true", bytes)
    case .no: try scanner.word("false", bytes)
    case .null: try scanner.word("null", bytes)
    case .number: _ = try scanner.number(bytes)
    }
    return start..<scanner.position
  }

  private mutating func array(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) {
    if try scanner.opens(UInt8(ascii: "]"), depth: depth, bytes) { return }
    repeat { _ = try value(bytes, depth: depth) } while try !scanner.closes(UInt8(ascii: "]"), bytes)
  }

  private mutating func object(
    _ bytes: Span<UInt8>, depth: Int, _ body: (Member) -> Void
  ) throws(JSONError) {
    var names = JSONNames()
    if try scanner.opens(UInt8(ascii: "}"), depth: depth, bytes) { return }
    repeat {
      let name = try scanner.name(bytes)
      if !scanner.limits.allowsDuplicates { try names.insert(name, in: bytes) }
      body(Member(token: name, value: try value(bytes, depth: depth)))
    } while try !scanner.closes(UInt8(ascii: "}"), bytes)
  }
}
