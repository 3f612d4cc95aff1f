internal import Text

/// The extensions of a chunk: `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )` (RFC 9112 §7.1.1). Nobody reads
/// them, and everybody must agree where they end.
enum ChunkExtensions {
  /// Finds their end.
  /// - Returns: the offset of the first byte behind them, or nil if more bytes are needed.
  /// - Throws: `invalidChunk` for what cannot become one.
  static func end(in bytes: Span<UInt8>, from start: Int) throws(WireError) -> Int? {
    var index = start
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "\r") { return index }
      index = bytes.skippingWhitespace(from: index)
      guard index < bytes.count else { return nil }
      guard bytes[index] == UInt8(ascii: ";") else { throw .invalidChunk }
      let name = bytes.skippingWhitespace(from: index + 1)
      index = bytes.skippingToken(from: name)
      guard index < bytes.count else { return nil }
      guard index > name else { throw .invalidChunk }
      let equals = bytes.skippingWhitespace(from: index)
      guard equals < bytes.count else { return nil }
      guard bytes[equals] == UInt8(ascii: "=") else { continue }
      guard let valueEnd = try value(in: bytes, from: bytes.skippingWhitespace(from: equals + 1)) else { return nil }
      index = valueEnd
    }
    return nil
  }

  private static func value(in bytes: Span<UInt8>, from start: Int) throws(WireError) -> Int? {
    guard start < bytes.count else { return nil }
    guard bytes[start] == UInt8(ascii: "\"") else {
      let end = bytes.skippingToken(from: start)
      guard end > start else { throw .invalidChunk }
      return end < bytes.count ? end : nil
    }
    var index = start + 1
    while index < bytes.count, bytes[index].isFieldValueByte {
      if bytes[index] == UInt8(ascii: "\"") { return index + 1 }
      if bytes[index] == UInt8(ascii: "\\") {
        index += 1
        guard index < bytes.count, bytes[index].isFieldValueByte else { break }
      }
      index += 1
    }
    if index < bytes.count { throw .invalidChunk }
    return nil
  }
}

extension Span<UInt8> {
  fileprivate func skippingWhitespace(from start: Int) -> Int {
    var index = start
    while index < count, self[index].isWhitespace { index += 1 }
    return index
  }

  fileprivate func skippingToken(from start: Int) -> Int {
    var index = start
    while index < count, self[index].isTokenByte { index += 1 }
    return index
  }
}
