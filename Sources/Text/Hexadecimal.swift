extension UInt8 {
  /// What this byte means as a hexadecimal digit of either case.
  @inlinable @inline(__always)
  public var hexDigit: UInt8? {
    switch self {
    case 0x30...0x39: self &- 0x30
    case 0x41...0x46: self &- 0x37
    case 0x61...0x66: self &- 0x57
    default: nil
    }
  }

  @inlinable @inline(__always)
  public var isHexDigit: Bool { hexDigit != nil }
}

/// The lower-case hexadecimal digits of a number as ASCII, the highest first.
public struct HexadecimalDigits: Sequence, IteratorProtocol {
  @usableFromInline let value: UInt64
  /// How far to the right the next digit stands, in bits; negative behind the last.
  @usableFromInline var shift: Int

  /// Without leading zeros, as a chunk size has it.
  @inlinable
  public init(_ value: UInt64) {
    self.value = value
    shift = value == 0 ? 0 : (63 - value.leadingZeroBitCount) & ~3
  }

  /// The lowest `count` digits, 1…16.
  @inlinable
  public init(_ value: UInt64, count: Int) {
    self.value = value
    shift = 4 * count - 4
  }

  @inlinable
  public mutating func next() -> UInt8? {
    guard shift >= 0 else { return nil }
    let digit = UInt8(truncatingIfNeeded: value &>> UInt64(shift)) & 15
    shift -= 4
    return digit < 10 ? 0x30 &+ digit : 0x57 &+ digit
  }
}

public enum Hexadecimal {
  /// The lowest `count` digits of `value`, 1…16, in lower case.
  public static func text(_ value: UInt64, count: Int) -> String {
    String(decoding: Array(HexadecimalDigits(value, count: count)), as: UTF8.self)
  }
}
