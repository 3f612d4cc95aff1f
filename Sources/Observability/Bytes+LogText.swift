internal import Text

extension [UInt8] {
  /// Appends `text`, whatever bytes it has, so that it can stand between the quotes of a JSON string and on a terminal: quote,
  /// backslash, controls and all that is not ASCII as `%` and two digits.
  mutating func append(escapingLog text: Span<UInt8>) {
    var start = 0
    for index in 0..<text.count where !text[unchecked: index].isPlainInLog {
      append(text.extracting(start..<index))
      append(UInt8(ascii: "%"))
      append(contentsOf: HexadecimalDigits(UInt64(text[index]), count: 2))
      start = index + 1
    }
    append(text.extracting(start..<text.count))
  }

  /// Appends the form of `address` that its family has.
  mutating func append(_ address: IPv6Address) {
    append(contentsOf: (address.mapped?.description ?? address.description).utf8)
  }
}

extension UInt8 {
  /// Visible ASCII and the space, without `"` and `\`.
  @inline(__always)
  fileprivate var isPlainInLog: Bool { isIn(0xFFFF_FFFB_0000_0000, 0x7FFF_FFFF_EFFF_FFFF) }
}
