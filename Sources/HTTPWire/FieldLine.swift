/// One field line as offsets into the head it was parsed from; no text is copied.
public struct FieldLine: Equatable, Sendable {
  /// The rule this name falls under.
  public let kind: FieldName
  /// Whether a Connection field names it, so that it must not be forwarded (RFC 9110 §7.6.1).
  public internal(set) var isNamedByConnection = false
  let nameStart: UInt16
  let nameLength: UInt16
  let valueStart: UInt16
  let valueLength: UInt16

  init(kind: FieldName, name: Range<Int>, value: Range<Int>) {
    self.kind = kind
    nameStart = UInt16(truncatingIfNeeded: name.lowerBound)
    nameLength = UInt16(truncatingIfNeeded: name.count)
    valueStart = UInt16(truncatingIfNeeded: value.lowerBound)
    valueLength = UInt16(truncatingIfNeeded: value.count)
  }

  /// Where the name stands, in bytes from the first byte of the head.
  public var name: Range<Int> { Int(nameStart)..<(Int(nameStart) + Int(nameLength)) }
  /// Where the value stands without surrounding whitespace, in bytes from the first byte of the head.
  public var value: Range<Int> { Int(valueStart)..<(Int(valueStart) + Int(valueLength)) }
}
