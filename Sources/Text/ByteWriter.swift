/// Writes bytes and text into memory it was lent; never past its end.
///
/// Running out of room is remembered in `overflowed` and checked once, in place of a result at every call.
public struct ByteWriter: ~Copyable {
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

  /// The memory behind what has been written.
  public var rest: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: base + count, count: capacity - count)
  }

  /// Counts bytes that somebody has put where `rest` begins; as many as there is room for.
  public mutating func advance(by written: Int) { count += min(written, capacity - count) }

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

  /// Writes the part of these bytes that `range` is.
  public mutating func write(_ bytes: [UInt8], _ range: Range<Int>) {
    bytes.withUnsafeBufferPointer { write(UnsafeBufferPointer(rebasing: $0[range])) }
  }

  /// Writes a text.
  public mutating func write(text: String) {
    var text = text
    text.withUTF8 { write($0) }
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

  /// Writes a number in decimal, with zeros in front up to `width` digits (1…19).
  public mutating func write(decimal value: UInt64, width: Int = 1) {
    var (digits, rest) = (1, value)
    while rest >= 10 {
      rest /= 10
      digits += 1
    }
    write(digits: max(digits, width), of: value, radix: 10)
  }

  /// Writes a number in lower-case hexadecimal, without leading zeros unless `width` digits (1…16) ask for them.
  public mutating func write(hexadecimal value: UInt64, width: Int = 1) {
    let digits = (67 - value.leadingZeroBitCount) / 4
    write(digits: max(digits, width), of: value, radix: 16)
  }

  @inline(__always)
  private mutating func write(digits: Int, of value: UInt64, radix: UInt64) {
    guard digits <= capacity - count else {
      overflowed = true
      return
    }
    var rest = value
    count += digits
    var place = base + count
    for _ in 0..<digits {
      place -= 1
      let digit = UInt8(truncatingIfNeeded: rest % radix)
      place.pointee = digit < 10 ? 0x30 &+ digit : 0x57 &+ digit
      rest /= radix
    }
  }
}

extension [UInt8] {
  /// Appends what `write` writes, of at most `limit` bytes: what would be more is left out whole.
  public mutating func append(upTo limit: Int, _ write: (inout ByteWriter) -> Void) {
    append(addingCapacity: limit) { span in
      span.withUnsafeMutableBufferPointer { memory, count in
        let free = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: memory[count...]))
        var writer = ByteWriter(free)
        write(&writer)
        if !writer.overflowed { count += writer.count }
      }
    }
  }
}
