/// Base64 (RFC 4648 §4, §5).
public enum Base64 {
  private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// The padded text of the standard alphabet.
  public static func text(_ bytes: [UInt8]) -> String { text(bytes, standard, pads: true) }

  /// The unpadded text of the alphabet for URLs.
  public static func urlText(_ bytes: [UInt8]) -> String { text(bytes, urlSafe, pads: false) }

  /// Appends the unpadded text of the alphabet for URLs.
  public static func append(urlText bytes: Span<UInt8>, to text: inout [UInt8]) {
    append(bytes, urlSafe, pads: false, to: &text)
  }

  /// The bytes of a text of whole groups in the alphabet for URLs; nil for any other.
  public static func urlBytes(_ text: Span<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    var isText = true
    let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3) { bytes, count in
      var index = 0
      while index < text.count {
        var group: UInt32 = 0
        for place in 0..<4 {
          guard let value = urlValue(of: text[index + place]) else {
            isText = false
            return
          }
          group = group << 6 | value
        }
        bytes[count] = UInt8(group >> 16 & 255)
        bytes[count + 1] = UInt8(group >> 8 & 255)
        bytes[count + 2] = UInt8(group & 255)
        count += 3
        index += 4
      }
    }
    return isText ? bytes : nil
  }

  /// The bytes of an unpadded text in the alphabet for URLs (RFC 7515 §2); nil for any other, and for one whose last digit has
  /// bits that stand for nothing: what is signed has one text.
  public static func canonicalURLBytes(_ text: Span<UInt8>) -> [UInt8]? {
    let (whole, rest) = (text.count / 4 * 4, text.count % 4)
    guard rest != 1, var bytes = urlBytes(text.extracting(0..<whole)) else { return nil }
    guard rest > 0 else { return bytes }
    var group: UInt32 = 0
    for index in whole..<text.count {
      guard let value = urlValue(of: text[index]) else { return nil }
      group = group << 6 | value
    }
    // 12 bits hold one byte, 18 two.
    let spare = UInt32(rest == 2 ? 4 : 2)
    guard group & (1 << spare - 1) == 0 else { return nil }
    group >>= spare
    if rest == 3 { bytes.append(UInt8(group >> 8)) }
    bytes.append(UInt8(group & 255))
    return bytes
  }

  /// What a digit of the alphabet for URLs means.
  private static func urlValue(of digit: UInt8) -> UInt32? {
    switch digit {
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    case UInt8(ascii: "+"), UInt8(ascii: "/"): nil
    default: value(of: digit)
    }
  }

  private static func text(_ bytes: [UInt8], _ alphabet: [UInt8], pads: Bool) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    append(bytes.span, alphabet, pads: pads, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  private static func append(_ bytes: Span<UInt8>, _ alphabet: [UInt8], pads: Bool, to text: inout [UInt8]) {
    var index = 0
    while index < bytes.count {
      let available = min(3, bytes.count - index)
      var group = UInt32(bytes[index]) << 16
      if available > 1 { group |= UInt32(bytes[index + 1]) << 8 }
      if available > 2 { group |= UInt32(bytes[index + 2]) }
      for digit in 0...available { text.append(alphabet[Int(group >> (18 - 6 * UInt32(digit)) & 63)]) }
      if pads { for _ in available..<3 { text.append(UInt8(ascii: "=")) } }
      index += 3
    }
  }

  /// The bytes of a text in the standard alphabet, padded or not; nil for any other.
  public static func bytes(_ text: Substring) -> [UInt8]? {
    var text = text
    return text.withUTF8 { text in
      let count = unpadded(text)
      guard count == text.count || text.count % 4 == 0 else { return nil }
      return bytes(UnsafeBufferPointer(rebasing: text[..<count]))
    }
  }

  /// The first bytes of a text in the standard alphabet, as far as whole groups of digits reach within `limit` of them.
  public static func prefix(_ text: Substring, limit: Int) -> [UInt8] {
    let digits = text.utf8.prefix(limit).prefix { value(of: $0) != nil }
    return bytes(Substring(digits.prefix(digits.count / 4 * 4))) ?? []
  }

  /// How many digits are before the padding, of two signs at most.
  private static func unpadded(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    var count = text.count
    while count > 0, text.count - count < 2, text[count - 1] == UInt8(ascii: "=") { count -= 1 }
    return count
  }

  private static func bytes(_ digits: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    guard digits.count % 4 != 1 else { return nil }
    var isText = true
    let bytes = [UInt8](unsafeUninitializedCapacity: digits.count * 3 / 4) { bytes, count in
      values.withUnsafeBufferPointer { values in
        var (group, bits): (UInt32, UInt32) = (0, 0)
        for digit in digits {
          let value = values[Int(digit)]
          if value > 63 {
            isText = false
            return
          }
          group = group << 6 | UInt32(value)
          bits += 6
          if bits >= 8 {
            bits -= 8
            bytes[count] = UInt8(truncatingIfNeeded: group >> bits)
            count += 1
          }
        }
      }
    }
    return isText ? bytes : nil
  }

  /// What each byte means as a digit of the standard alphabet; 255 for those that are none.
  private static let values: [UInt8] = (0...255).map { value(of: $0).map { UInt8($0) } ?? 255 }

  /// What a digit of the standard alphabet means.
  private static func value(of digit: UInt8) -> UInt32? {
    switch digit {
    case 0x41...0x5A: UInt32(digit - 0x41)
    case 0x61...0x7A: UInt32(digit - 0x61 + 26)
    case 0x30...0x39: UInt32(digit - 0x30 + 52)
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
