public import Text

/// Writes a message head (RFC 9112 §2.1).
public typealias HeadWriter = ByteWriter

extension ByteWriter {
  /// Bytes a chunk takes at most besides its content.
  public static let chunkOverhead = 24

  /// Writes a chunk (RFC 9112 §7.1) with this content, which is not empty.
  public mutating func chunk(_ content: UnsafeBufferPointer<UInt8>) {
    write(hexadecimal: UInt64(content.count))
    write("\r\n")
    write(content)
    write("\r\n")
  }

  /// Writes what `fill` puts into the memory it is lent, which leaves room for the framing of a chunk.
  /// - Returns: what `fill` returned: the number of bytes.
  mutating func fill(asChunk: Bool, _ fill: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
    let memory = rest
    // The size is known behind the content: room for six digits, leading zeros included (RFC 9112 §7.1).
    let header = asChunk ? 8 : 0
    let free = memory.count - (asChunk ? HeadWriter.chunkOverhead : 0)
    guard free > 0 else { return 0 }
    let written = fill(UnsafeMutableRawBufferPointer(rebasing: memory[header..<(header + free)]))
    guard asChunk, written > 0 else {
      advance(by: written)
      return written
    }
    write(hexadecimal: UInt64(written), width: 6)
    write("\r\n")
    advance(by: written)
    write("\r\n")
    return written
  }

  /// Writes the last chunk and an empty trailer section.
  public mutating func lastChunk() { write("0\r\n\r\n") }

  /// Writes one field line of a constant name and a text.
  public mutating func field(_ name: StaticString, _ value: String) {
    write(name)
    write(": ")
    write(text: value)
    write("\r\n")
  }

  /// Writes one field line of two texts.
  public mutating func field(_ name: String, _ value: String) {
    write(text: name)
    write(": ")
    write(text: value)
    write("\r\n")
  }

  /// Writes one field line of a name and a constant value.
  public mutating func field(_ name: Span<UInt8>, _ value: StaticString) {
    write(name)
    write(": ")
    write(value)
    write("\r\n")
  }

  /// Writes one field line of a name and a value.
  public mutating func field(_ name: Span<UInt8>, _ value: Span<UInt8>) {
    write(name)
    write(": ")
    write(value)
    write("\r\n")
  }
}
