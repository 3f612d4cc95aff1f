/// What a JSON text may be besides well-formed.
public struct JSONLimits: Sendable {
  /// How deep arrays and objects may nest.
  public var depth: Int
  /// How many bytes the text may have.
  public var bytes: Int
  /// Whether an object may name a member twice. RFC 8259 §4 leaves open which of the two counts, so that of two readers
  /// one may check what the other does not use.
  public var allowsDuplicates: Bool

  public init(depth: Int = 64, bytes: Int = .max, allowsDuplicates: Bool = true) {
    self.depth = depth
    self.bytes = bytes
    self.allowsDuplicates = allowsDuplicates
  }
}

/// What is wrong with a JSON text, and where.
public struct JSONError: Error, Equatable {
  /// The offset in bytes.
  public var offset: Int
  /// Constant words, nothing of the text.
  public var reason: String

  public init(offset: Int, reason: String) {
    self.offset = offset
    self.reason = reason
  }
}

/// The tokens of a JSON text, read strictly (RFC 8259): `JSONParser` makes values of them, `JSONSkipper` passes them.
///
/// It holds only how far it has come; every call is given the same bytes.
struct JSONScanner {
  let limits: JSONLimits
  var position = 0

  /// The kind of a value, by its first byte.
  enum Kind {
    case object, array, string, yes, no, null, number
  }

  init(_ bytes: Span<UInt8>, _ limits: JSONLimits) throws(JSONError) {
    self.limits = limits
    guard bytes.count <= limits.bytes else { throw JSONError(offset: limits.bytes, reason: "Too long") }
  }

  func error(_ reason: String) -> JSONError { JSONError(offset: position, reason: reason) }

  @inline(__always)
  func next(_ bytes: Span<UInt8>) -> UInt8? { position < bytes.count ? bytes[unchecked: position] : nil }

  @inline(__always)
  mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
    guard next(bytes) == byte else { return false }
    position += 1
    return true
  }

  @inline(__always)
  mutating func skipSpace(_ bytes: Span<UInt8>) {
    while let byte = next(bytes), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  /// The kind of the value that comes next.
  mutating func kind(_ bytes: Span<UInt8>) -> Kind {
    skipSpace(bytes)
    switch next(bytes) {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"): return .yes
    case UInt8(ascii: "f"): return .no
    case UInt8(ascii: "n"): return .null
    default: return .number
    }
  }

  /// Passes the bracket that opens an array or object, the `depth`th around what it holds.
  /// - Returns: whether it closes at once.
  mutating func opens(_ close: UInt8, depth: Int, _ bytes: Span<UInt8>) throws(JSONError) -> Bool {
    guard depth <= limits.depth else { throw error("Nested too deeply") }
    position += 1
    skipSpace(bytes)
    return take(close, bytes)
  }

  /// Passes what stands behind an element: a comma, or the bracket that closes.
  /// - Returns: whether it closes.
  mutating func closes(_ close: UInt8, _ bytes: Span<UInt8>) throws(JSONError) -> Bool {
    skipSpace(bytes)
    if take(close, bytes) { return true }
    guard take(UInt8(ascii: ","), bytes) else { throw error("Expecting ',' delimiter") }
    return false
  }

  /// Passes the name of a member and its colon.
  mutating func name(_ bytes: Span<UInt8>) throws(JSONError) -> JSONStringToken {
    skipSpace(bytes)
    guard next(bytes) == UInt8(ascii: "\"") else { throw error("Expecting property name enclosed in double quotes") }
    let name = try string(bytes)
    skipSpace(bytes)
    guard take(UInt8(ascii: ":"), bytes) else { throw error("Expecting ':' delimiter") }
    return name
  }

  mutating func word(_ word: StaticString, _ bytes: Span<UInt8>) throws(JSONError) {
    guard bytes.extracting(position..<bytes.count).hasPrefix(word) else { throw error("Expecting value") }
    position += word.utf8CodeUnitCount
  }

  mutating func number(_ bytes: Span<UInt8>) throws(JSONError) -> Range<Int> {
    let start = position
    _ = take(UInt8(ascii: "-"), bytes)
    let leadsWithZero = next(bytes) == UInt8(ascii: "0")
    let integer = digits(bytes)
    guard integer > 0, !(leadsWithZero && integer > 1) else {
      position = start
      throw error("Expecting value")
    }
    if take(UInt8(ascii: "."), bytes), digits(bytes) == 0 { throw error("Expecting digits") }
    if take(UInt8(ascii: "e"), bytes) || take(UInt8(ascii: "E"), bytes) {
      if !take(UInt8(ascii: "+"), bytes) { _ = take(UInt8(ascii: "-"), bytes) }
      if digits(bytes) == 0 { throw error("Expecting digits") }
    }
    return start..<position
  }

  private mutating func digits(_ bytes: Span<UInt8>) -> Int {
    let start = position
    while let byte = next(bytes), byte.isDigit { position += 1 }
    return position - start
  }

  /// Passes what may stand behind the one value of a text: space.
  mutating func end(_ bytes: Span<UInt8>) throws(JSONError) {
    skipSpace(bytes)
    guard position == bytes.count else { throw error("Extra data") }
  }
}
