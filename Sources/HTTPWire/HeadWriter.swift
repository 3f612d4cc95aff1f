internal import Text

/// Writes a message head into memory it was lent; never past its end.
///
/// Running out of room is remembered in `overflowed` and checked once, in place of a result at every call.
package struct HeadWriter: ~Copyable {
  private let base: UnsafeMutablePointer<UInt8>
  private let capacity: Int
  /// Bytes written so far.
  package private(set) var count = 0
  /// Whether something did not fit; the bytes written are then worthless.
  package private(set) var overflowed = false

  /// A writer into `memory`, which must outlive it.
  package init(_ memory: UnsafeMutableRawBufferPointer) {
    base = memory.baseAddress!.assumingMemoryBound(to: UInt8.self)
    capacity = memory.count
  }

  /// Writes these bytes.
  @inline(__always)
  package mutating func write(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard bytes.count <= capacity - count, let source = bytes.baseAddress else {
      if !bytes.isEmpty { overflowed = true }
      return
    }
    (base + count).update(from: source, count: bytes.count)
    count += bytes.count
  }

  /// Writes a constant.
  package mutating func write(_ text: StaticString) {
    write(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Writes these bytes.
  package mutating func write(_ bytes: Span<UInt8>) {
    bytes.withUnsafeBufferPointer { write($0) }
  }

  /// Writes these bytes.
  package mutating func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { write($0) }
  }

  /// Writes one byte.
  package mutating func write(byte: UInt8) {
    guard count < capacity else {
      overflowed = true
      return
    }
    base[count] = byte
    count += 1
  }

  /// Writes a number in decimal.
  package mutating func write(decimal value: UInt64) {
    for digit in DecimalDigits(value) { write(byte: digit) }
  }

  /// Writes a number in lower-case hexadecimal without leading zeros, as a chunk size has it.
  package mutating func write(hexadecimal value: UInt64) {
    for digit in HexadecimalDigits(value) { write(byte: digit) }
  }

  /// Bytes a chunk takes at most besides its content.
  package static let chunkOverhead = 24

  /// Writes a chunk (RFC 9112 §7.1) with this content, which is not empty.
  package mutating func chunk(_ content: UnsafeBufferPointer<UInt8>) {
    write(hexadecimal: UInt64(content.count))
    write("\r\n")
    write(content)
    write("\r\n")
  }

  /// Writes the last chunk and an empty trailer section.
  package mutating func lastChunk() { write("0\r\n\r\n") }

  /// Writes one field line of a constant name and a text.
  package mutating func field(_ name: StaticString, _ value: String) {
    write(name)
    write(": ")
    write(text: value)
    write("\r\n")
  }

  /// Writes one field line of two texts.
  package mutating func field(_ name: String, _ value: String) {
    write(text: name)
    write(": ")
    write(text: value)
    write("\r\n")
  }

  private mutating func write(text: String) {
    var text = text
    text.withUTF8 { write($0) }
  }

  /// Writes one field line of a name and a value.
  package mutating func field(_ name: Span<UInt8>, _ value: Span<UInt8>) {
    write(name)
    write(": ")
    write(value)
    write("\r\n")
  }
}
