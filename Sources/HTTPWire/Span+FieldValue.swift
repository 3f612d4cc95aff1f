internal import Text

extension Span where Element == UInt8 {
  /// The offset of the first byte from `start` on that may not stand in a field value (RFC 9110 §5.5), or `count`.
  func endOfFieldValue(from start: Int) -> Int {
    var index = start
    // Eight bytes at a time while none of them is a control: subtracting borrows from the highest bit of a byte that is
    // smaller than 0x20, or that was DEL before the exclusive or.
    while index + 8 <= count {
      let word = bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
      let deletes = word ^ 0x7F7F_7F7F_7F7F_7F7F
      let controls = (word &- 0x2020_2020_2020_2020) & ~word
      guard (controls | ((deletes &- 0x0101_0101_0101_0101) & ~deletes)) & 0x8080_8080_8080_8080 == 0 else { break }
      index += 8
    }
    while index < count, self[unchecked: index].isFieldValueByte { index += 1 }
    return index
  }
}
