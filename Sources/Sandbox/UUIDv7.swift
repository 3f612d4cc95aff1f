internal import Text

/// Identifiers that begin with the time (RFC 9562 §5.7), as fal gives its requests (protocol.md §3.4).
enum UUIDv7 {
  static func text(milliseconds: UInt64, using random: inout some RandomNumberGenerator) -> String {
    let high = milliseconds << 16 | 0x7000 | random.next() & 0x0FFF
    let low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    let digits = Hexadecimal.text(high, count: 16) + Hexadecimal.text(low, count: 16)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index == 8 || index == 12 || index == 16 || index == 20 { text += "-" }
      text.append(digit)
    }
    return text
  }
}
