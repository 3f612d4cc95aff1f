internal import Text

/// Writes a message head into memory it was lent; never past its end.
///
/// Running out of room is remembered in `overflowed` and checked once, in place of a result at every call.
public struct HeadWriter: ~Copyable {
  private let base: UnsafeMutablePointer<UInt8>
  private let capacity: Int
  /// Bytes written so far.
  public private(set) var count = 0
  /// Whether something did not fit; the bytes written are then worthless.
  public private(set) var overflowed = false

  /// A writer into `memory`, which must outlive it.
  public init(_ memory: UnsafeMutableRawBufferPointer) {
    base = memory.baseAddress!.assumingMemoryBound(to: UInt8.self)
    capacity = memory.count
  }

  /// Writes these bytes.
  @inline(__always)
  public mutating func write(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard bytes.count <= capacity - count, let source = bytes.baseAddress else {
      if !bytes.isEmpty { overflowed = true }
      return
    }
    (base + count).update(from: source, count: bytes.count)
    count += bytes.count
  }

  /// Writes a constant.
  public mutating func write(_ text: StaticString) {
    write(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Writes these bytes.
  public mutating func write(_ bytes: Span<UInt8>) {
    bytes.withUnsafeBufferPointer { write($0) }
  }

  /// Writes these bytes.
  public mutating func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { write($0) }
  }

  /// Writes one byte.
  public mutating func write(byte: UInt8) {
    guard count < capacity else {
      overflowed = true
      return
    }
    base[count] = byte
    count += 1
  }

  /// Writes a number in decimal.
  public mutating func write(decimal value: UInt64) {
    for digit in DecimalDigits(value) { write(byte: digit) }
  }

  /// Writes a number in lower-case hexadecimal without leading zeros, as a chunk size has it.
  public mutating func write(hexadecimal value: UInt64) {
    for digit in HexadecimalDigits(value) { write(byte: digit) }
  }

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
    let start = count
    // The size is known behind the content: room for six digits, leading zeros included (RFC 9112 §7.1).
    let header = asChunk ? 8 : 0
    let free = capacity - start - (asChunk ? HeadWriter.chunkOverhead : 0)
    guard free > 0 else { return 0 }
    let written = fill(UnsafeMutableRawBufferPointer(start: base + start + header, count: free))
    guard asChunk else {
      count = start + written
      return written
    }
    guard written > 0 else { return 0 }
    var size = written
    for place in stride(from: 5, through: 0, by: -1) {
      base[start + place] = UInt8(ascii: "0") &+ UInt8(size & 15) &+ (size & 15 > 9 ? 39 : 0)
      size >>= 4
    }
    (base + start + 6).update(from: HeadWriter.lineEnd, count: 2)
    count = start + header + written
    write("\r\n")
    return written
  }

  private static let lineEnd: [UInt8] = [0x0D, 0x0A]

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

  private mutating func write(text: String) {
    var text = text
    text.withUTF8 { write($0) }
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
