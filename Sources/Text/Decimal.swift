/// The decimal digits of a number as ASCII, the highest first.
public struct DecimalDigits: Sequence, IteratorProtocol {
  @usableFromInline var rest: UInt64
  /// The weight of the next digit; 0 behind the last.
  @usableFromInline var weight: UInt64 = 1

  /// At least `width` digits (1…19), with zeros in front where there are fewer.
  @inlinable
  public init(_ value: UInt64, width: Int = 1) {
    rest = value
    for _ in 1..<width { weight *= 10 }
    let limit = value / 10
    while weight <= limit { weight *= 10 }
  }

  @inlinable
  public mutating func next() -> UInt8? {
    guard weight > 0 else { return nil }
    let digit = rest / weight
    rest -= digit * weight
    weight /= 10
    return 0x30 &+ UInt8(truncatingIfNeeded: digit)
  }
}

/// Reads decimal numbers as protocols write them.
public enum Decimal {
  /// The value of 1 to `limit` digits (at most 18, which cannot overflow); nil for anything else, such as a sign.
  @inlinable
  public static func value(of text: Span<UInt8>, digits limit: Int = 18) -> UInt64? {
    guard text.count >= 1, text.count <= limit else { return nil }
    var value: UInt64 = 0
    for index in 0..<text.count {
      let byte = text[unchecked: index]
      guard byte.isDigit else { return nil }
      value = value &* 10 &+ UInt64(byte &- 0x30)
    }
    return value
  }
}
