/// Lower-case hexadecimal text.
enum Hexadecimal {
  static let digits = Array("0123456789abcdef".utf8)

  /// The lowest `count` digits of `value`.
  static func text(_ value: UInt64, count: Int) -> String {
    var text: [UInt8] = []
    for index in (0..<count).reversed() { text.append(digits[Int(value >> (UInt64(index) * 4) & 15)]) }
    return String(decoding: text, as: UTF8.self)
  }
}
