internal import CZlib

/// A piece of a PNG: its type and where its data is (PNG, third edition, §5.3).
struct PNGChunk {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Four letters as one number.
  let type: UInt32
  let data: UnsafeBufferPointer<UInt8>

  static let header = name("IHDR")
  static let palette = name("PLTE")
  static let transparency = name("tRNS")
  static let pixels = name("IDAT")
  static let text = name("tEXt")
  static let end = name("IEND")

  /// Whether a reader that does not know the type must not go on (§5.4).
  var isCritical: Bool { type & 0x2000_0000 == 0 }

  private static func name(_ letters: StaticString) -> UInt32 {
    UnsafeBufferPointer(start: letters.utf8Start, count: 4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Reads the chunk at `offset` and checks its sum.
  init(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) throws(PictureFault) {
    guard bytes.count - offset >= 12 else { throw .damaged("it ends early") }
    let count = PNGChunk.number(bytes, at: offset)
    guard count <= bytes.count - offset - 12 else { throw .damaged("it ends early") }
    let body = UnsafeBufferPointer(rebasing: bytes[offset + 4..<offset + 8 + count])
    guard PNGChunk.checksum(body) == PNGChunk.number(bytes, at: offset + 8 + count) else {
      throw .damaged("a checksum is wrong")
    }
    type = UInt32(PNGChunk.number(bytes, at: offset + 4))
    data = UnsafeBufferPointer(rebasing: body[4...])
  }

  /// The bytes of the chunk in the file.
  var length: Int { data.count + 12 }

  /// A number of four bytes.
  static func number(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Int {
    Int(bytes[offset]) << 24 | Int(bytes[offset + 1]) << 16 | Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
  }

  private static func checksum(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    Int(crc32_z(0, bytes.baseAddress, bytes.count))
  }

  /// Appends a chunk to a file.
  static func append(_ type: UInt32, _ data: [UInt8], to file: inout [UInt8]) {
    append(UInt32(data.count), to: &file)
    let start = file.count
    append(type, to: &file)
    file.append(contentsOf: data)
    let sum = file.withUnsafeBufferPointer { checksum(UnsafeBufferPointer(rebasing: $0[start...])) }
    append(UInt32(sum), to: &file)
  }

  static func append(_ value: UInt32, to file: inout [UInt8]) {
    for shift in [24, 16, 8, 0] as [UInt32] { file.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }
}
