/// Comparing and searching raw bytes; nothing here allocates.
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

  @inlinable
  public func hasPrefix(_ literal: StaticString) -> Bool {
    let length = literal.utf8CodeUnitCount
    return count >= length && extracting(0..<length).equals(literal)
  }

  /// Whether both are the same bytes.
  public func equals(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    let (mine, others) = (bytes, other.bytes)
    var index = 0
    while index + 8 <= count {
      let word = mine.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
      guard word == others.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self) else { return false }
      index += 8
    }
    while index < count, self[index] == other[index] { index += 1 }
    return index == count
  }

  /// Whether `other` stands at `offset`; false when it would begin before or end after these bytes.
  @inlinable
  public func hasBytes(_ other: [UInt8], at offset: Int) -> Bool {
    guard offset >= 0, count - offset >= other.count else { return false }
    for index in 0..<other.count where self[offset + index] != other[index] { return false }
    return true
  }

  /// The offset of the first `byte` at or after `start`, or `limit` when there is none before it.
  @inlinable
  public func firstIndex(of byte: UInt8, from start: Int, limit: Int) -> Int {
    var index = start
    while index < limit, self[index] != byte { index += 1 }
    return index
  }

  /// Whether `other`, which is not empty, stands anywhere in these bytes; fast where its first byte is rare.
  public func contains(_ other: Span<UInt8>) -> Bool {
    let (mine, ones) = (bytes, UInt64(0x0101_0101_0101_0101))
    let firsts = UInt64(other[0]) &* ones
    var at = 0
    while at + other.count <= count {
      if at + 8 <= count {
        // Zero where the first byte is; a borrow may only make more of them.
        let word = mine.unsafeLoadUnaligned(fromUncheckedByteOffset: at, as: UInt64.self) ^ firsts
        if (word &- ones) & ~word & (ones << 7) == 0 {
          at += 8
          continue
        }
      }
      if self[at] == other[0], extracting(at..<at + other.count).equals(other) { return true }
      at += 1
    }
    return false
  }
}
