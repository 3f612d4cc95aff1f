/// Comparisons on raw bytes; nothing here allocates.
extension Span where Element == UInt8 {
  /// Whether these bytes are exactly `literal`.
  @inlinable
  public func equals(_ literal: StaticString) -> Bool {
    let length = literal.utf8CodeUnitCount
    guard count == length else { return false }
    let other = literal.utf8Start
    for index in 0..<length where self[index] != other[index] { return false }
    return true
  }

  /// Whether these bytes are `lowercase` when ASCII letter case is ignored; `lowercase` must have no upper-case letter.
  @inlinable
  public func equalsIgnoringCase(_ lowercase: StaticString) -> Bool {
    let length = lowercase.utf8CodeUnitCount
    guard count == length else { return false }
    let other = lowercase.utf8Start
    for index in 0..<length where self[index].asciiLowercased != other[index] { return false }
    return true
  }

  /// Whether these bytes begin with `lowercase` when ASCII letter case is ignored.
  @inlinable
  public func hasPrefixIgnoringCase(_ lowercase: StaticString) -> Bool {
    let length = lowercase.utf8CodeUnitCount
    return count >= length && extracting(0..<length).equalsIgnoringCase(lowercase)
  }
}

extension UInt8 {
  /// This byte, an upper-case ASCII letter turned into its lower-case form.
  @inlinable
  public var asciiLowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }
}

extension Span where Element == UInt8 {
  /// Whether both are the same bytes.
  public func equals(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for index in 0..<count where self[index] != other[index] { return false }
    return true
  }

  /// Whether both are the same bytes when ASCII letter case is ignored.
  public func equalsIgnoringCase(of other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for index in 0..<count where self[index].asciiLowercased != other[index].asciiLowercased { return false }
    return true
  }
}

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
