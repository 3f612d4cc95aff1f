internal import Text

/// A text from outside in a line of the log.
enum LogText {
  /// The most bytes that so many are written in.
  static func longest(_ count: Int, limit: Int) -> Int { 3 * min(count, limit) + 3 }
}

extension ByteWriter {
  /// Writes `text`, whatever bytes it has, so that it can stand between the quotes of a JSON string and on a terminal: quote,
  /// backslash, controls and all that is not ASCII as `%` and two digits.
  /// - Parameter limit: bytes of it that are taken; `...` stands for the others.
  mutating func write(escapingLog text: Span<UInt8>, limit: Int) {
    let taken = text.extracting(first: limit)
    var start = 0
    while true {
      let end = taken.endOfPlain(from: start)
      write(taken.extracting(start..<end))
      guard end < taken.count else { break }
      write(byte: UInt8(ascii: "%"))
      write(hexadecimal: UInt64(taken[end]), width: 2)
      start = end + 1
    }
    if text.count > limit { write("...") }
  }
}

extension Span<UInt8> {
  /// The offset of the first byte from `start` on that does not stand for itself, or `count`.
  fileprivate func endOfPlain(from start: Int) -> Int {
    withUnsafeBytes { bytes in
      var index = start
      while index + 8 <= bytes.count, bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self).isPlain { index += 8 }
      while index < bytes.count, bytes[index].isPlain { index += 1 }
      return index
    }
  }
}

extension UInt64 {
  /// Whether each of its eight bytes is plain.
  fileprivate var isPlain: Bool {
    // The highest bit of a byte says that it is below space, above `~`, or equal to the one that is asked for.
    func isBelow(_ limit: UInt64, _ word: UInt64) -> UInt64 { (word &- limit &* Self.ones) & ~word }
    let (quote, backslash) = (self ^ 0x22 &* Self.ones, self ^ 0x5C &* Self.ones)
    let marks = isBelow(0x20, self) | isBelow(1, quote) | isBelow(1, backslash) | (self &+ Self.ones) | self
    return marks & (0x80 &* Self.ones) == 0
  }

  private static var ones: UInt64 { 0x0101_0101_0101_0101 }
}

extension UInt8 {
  /// Whether it is visible ASCII or a space, and neither `"` nor `\`.
  fileprivate var isPlain: Bool { isIn(0xFFFF_FFFB_0000_0000, 0x7FFF_FFFF_EFFF_FFFF) }
}
