/// An integer of any size.
public struct WholeNumber: Sendable {
  var isNegative = false
  /// Without zeros in front; 0 has one digit and no sign.
  var digits: String

  init(_ value: Int64) {
    isNegative = value < 0
    digits = String(value.magnitude)
  }

  /// The number that `text`, decimal digits with or without a sign, stands for.
  init?(_ text: some StringProtocol) {
    var rest = text.utf8[...]
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      rest.removeFirst()
    }
    guard !rest.isEmpty, rest.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    rest = rest.drop { $0 == UInt8(ascii: "0") }
    if rest.isEmpty { isNegative = false }
    digits = rest.isEmpty ? "0" : String(decoding: rest, as: UTF8.self)
  }
}

extension WholeNumber: Comparable, CustomStringConvertible {
  /// Its digits, with the sign of a negative one.
  public var description: String { isNegative ? "-\(digits)" : digits }

  /// Whether one is the smaller.
  public static func < (left: WholeNumber, right: WholeNumber) -> Bool {
    guard left.isNegative == right.isNegative else { return left.isNegative }
    let (low, high) = left.isNegative ? (right, left) : (left, right)
    let (lowCount, highCount) = (low.digits.utf8.count, high.digits.utf8.count)
    return lowCount == highCount ? low.digits.utf8.lexicographicallyPrecedes(high.digits.utf8) : lowCount < highCount
  }
}
