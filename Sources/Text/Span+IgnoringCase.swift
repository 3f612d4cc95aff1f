/// Comparing without regard to ASCII letter case; nothing here allocates.
extension Span where Element == UInt8 {
  /// Whether these bytes are `lowercase` when ASCII letter case is ignored; `lowercase` must have no upper-case letter.
  @inlinable
  public func equalsIgnoringCase(_ lowercase: StaticString) -> Bool {
    count == lowercase.utf8CodeUnitCount && isFoldedTo(lowercase.utf8Start, count)
  }

  /// Whether these bytes begin with `lowercase` when ASCII letter case is ignored.
  @inlinable
  public func hasPrefixIgnoringCase(_ lowercase: StaticString) -> Bool {
    let length = lowercase.utf8CodeUnitCount
    return count >= length && isFoldedTo(lowercase.utf8Start, length)
  }

  /// Whether both are the same bytes when ASCII letter case is ignored.
  public func equalsIgnoringCase(of other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for index in 0..<count where self[index].asciiLowercased != other[index].asciiLowercased { return false }
    return true
  }

  /// Whether the first `length` bytes, of which there are as many, are those at `lowercase` when they are lower-cased.
  @usableFromInline
  func isFoldedTo(_ lowercase: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    let (bytes, other) = (bytes, UnsafeRawPointer(lowercase))
    // The last word may overlap the one before it.
    guard length >= 8 else {
      for index in 0..<length where self[unchecked: index].asciiLowercased != lowercase[index] { return false }
      return true
    }
    var index = 0
    while true {
      let word = bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
      guard word.asciiLowercased == other.loadUnaligned(fromByteOffset: index, as: UInt64.self) else { return false }
      guard index < length - 8 else { return true }
      index = min(index + 8, length - 8)
    }
  }
}

extension UInt64 {
  /// The eight bytes with ASCII letters in lower case.
  var asciiLowercased: UInt64 {
    let low = self & 0x7F7F_7F7F_7F7F_7F7F
    // The highest bit of a byte says that it is at least `A`, and that it is above `Z`.
    let (reaches, exceeds) = (low &+ 0x3F3F_3F3F_3F3F_3F3F, low &+ 0x2525_2525_2525_2525)
    return self | (reaches & ~exceeds & ~self & 0x8080_8080_8080_8080) >> 2
  }
}
