/// The one form of a UUID in which nobody writes the same one differently: 36 characters, lower case (RFC 9562 §4).
public enum UUIDText {
  /// How many characters it has.
  public static let count = 36

  /// The number that `text` stands for; nil where it is not in that form.
  public static func value(_ text: Span<UInt8>) -> UInt128? {
    guard text.count == count else { return nil }
    var value: UInt128 = 0
    for index in 0..<count {
      let byte = text[index]
      if isDash(index) {
        guard byte == UInt8(ascii: "-") else { return nil }
      } else {
        guard let digit = byte.hexDigit, byte != byte & 0xDF || byte.isDigit else { return nil }
        value = value << 4 | UInt128(digit)
      }
    }
    return value
  }

  /// The text of `value`.
  public static func bytes(_ value: UInt128) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { text, length in
      var shift: UInt128 = 124
      for index in 0..<count {
        if isDash(index) {
          text[index] = UInt8(ascii: "-")
        } else {
          let digit = UInt8(truncatingIfNeeded: value >> shift) & 15
          text[index] = digit < 10 ? 0x30 + digit : 0x57 + digit
          shift &-= 4
        }
      }
      length = count
    }
  }

  /// Whether `value` has the variant and a version of RFC 9562 (§4.1, §4.2), as every UUID that is generated.
  public static func isMade(_ value: UInt128) -> Bool {
    value >> 62 & 3 == 2 && (1...8).contains(value >> 76 & 15)
  }

  private static func isDash(_ index: Int) -> Bool { index == 8 || index == 13 || index == 18 || index == 23 }
}
