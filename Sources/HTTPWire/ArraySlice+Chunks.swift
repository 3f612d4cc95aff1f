internal import Text

/// Chunked framing (RFC 9112 §7.1) of content that is gathered rather than written in place.
extension ArraySlice<UInt8> {
  /// Appends a chunk with this content, which is not empty.
  public mutating func append(chunk content: [UInt8]) {
    append(contentsOf: HexadecimalDigits(UInt64(content.count)))
    append(contentsOf: [0x0D, 0x0A])
    append(contentsOf: content)
    append(contentsOf: [0x0D, 0x0A])
  }

  /// Appends the last chunk and an empty trailer section.
  public mutating func appendLastChunk() { append(contentsOf: Array("0\r\n\r\n".utf8)) }
}
