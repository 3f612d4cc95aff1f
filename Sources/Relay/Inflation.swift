internal import CZlib

/// The beginning of what a gzip or zlib stream holds (RFC 1952, RFC 1950).
enum Inflation {
  /// Both formats, told apart by their first bytes.
  private static let windowBits: Int32 = 15 + 32

  /// The first `limit` bytes at most that `bytes`, the beginning of a stream, decode to; none of what is no such stream.
  static func beginning(of bytes: [UInt8], limit: Int) -> [UInt8] {
    var stream = z_stream()
    guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return []
    }
    defer { inflateEnd(&stream) }
    var source = bytes
    return [UInt8](unsafeUninitializedCapacity: limit) { target, count in
      source.withUnsafeMutableBufferPointer { source in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(limit)
        _ = inflate(&stream, Z_SYNC_FLUSH)
        count = limit - Int(stream.avail_out)
      }
    }
  }
}
