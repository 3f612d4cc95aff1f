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

  /// The offset of the first byte from `start` on that may not stand in a token (RFC 9110 §5.6.2), or `count`.
  func endOfToken(from start: Int) -> Int {
    var index = start
    // Eight bytes at a time as far as they are letters and dashes, which is what field names are made of.
    while index + 8 <= count {
      let word = bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
      let others = ~(word.lettersAndDashes) & 0x8080_8080_8080_8080
      guard others != 0 else {
        index += 8
        continue
      }
      index += others.littleEndian.trailingZeroBitCount / 8
      guard self[unchecked: index].isTokenByte else { return index }
      index += 1
    }
    while index < count, self[unchecked: index].isTokenByte { index += 1 }
    return index
  }
}

extension UInt64 {
  /// The highest bit of each byte says whether it is an ASCII letter or `-`.
  fileprivate var lettersAndDashes: UInt64 {
    let low = self & 0x7F7F_7F7F_7F7F_7F7F
    let folded = low | 0x2020_2020_2020_2020
    let letters = (folded &+ 0x1F1F_1F1F_1F1F_1F1F) & ~(folded &+ 0x0505_0505_0505_0505)
    let dashes = ~((low ^ 0x2D2D_2D2D_2D2D_2D2D) &+ 0x7F7F_7F7F_7F7F_7F7F)
    return (letters | dashes) & ~self
  }
}
