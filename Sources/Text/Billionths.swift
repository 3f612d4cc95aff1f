/// Decimal numbers without sign and exponent, read into whole billionths and written back.
enum Billionths {
  static let one: Int64 = 1_000_000_000
  /// More digits before the point are refused: a sum of nine such numbers still fits.
  private static let wholeDigits = 9
  private static let fractionDigits = 9

  /// - Parameter roundsUp: whether what is smaller than a billionth makes one; else it is refused.
  static func value(of text: Span<UInt8>, roundsUp: Bool) -> Int64? {
    let point = text.firstIndex(of: UInt8(ascii: "."), from: 0, limit: text.count)
    guard var value = Decimal.value(of: text.extracting(0..<point), digits: wholeDigits).map({ Int64($0) * one })
    else { return nil }
    guard point < text.count else { return value }
    guard point + 1 < text.count else { return nil }
    var weight = one
    var isRounded = false
    for index in point + 1..<text.count {
      let byte = text[index]
      guard byte.isDigit else { return nil }
      if weight > 1 {
        weight /= 10
        value += Int64(byte - 0x30) * weight
      } else if byte != UInt8(ascii: "0") {
        guard roundsUp else { return nil }
        isRounded = true
      }
    }
    return value + (isRounded ? 1 : 0)
  }

  /// The number with at least `digits` digits behind the point, and no zeros that are not needed behind those.
  static func text(_ value: Int64, digits: Int) -> String {
    let (whole, rest) = value.quotientAndRemainder(dividingBy: one)
    var fraction = Array(DecimalDigits(UInt64(rest), width: fractionDigits))
    while fraction.count > digits, fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
    return fraction.isEmpty ? "\(whole)" : "\(whole)." + String(decoding: fraction, as: UTF8.self)
  }
}
