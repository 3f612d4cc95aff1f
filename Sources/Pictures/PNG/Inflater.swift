internal import CZlib

/// Decompresses pieces of a zlib stream, no more at a time than there is room for.
struct Inflater: ~Copyable {
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private let pieces: [UnsafeBufferPointer<UInt8>]
  private var next = 0

  init(_ pieces: [UnsafeBufferPointer<UInt8>]) {
    self.pieces = pieces
    stream.initialize(to: z_stream())
    // It fails only where there is no memory left for its 40 KiB.
    precondition(inflateInit_(stream, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK)
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Fills `output` whole.
  mutating func fill(_ output: UnsafeMutableBufferPointer<UInt8>) throws(PictureFault) {
    stream.pointee.next_out = output.baseAddress
    stream.pointee.avail_out = uInt(output.count)
    while stream.pointee.avail_out > 0 {
      guard feed() else { throw .damaged("it has too few pixels") }
      switch inflate(stream, Z_NO_FLUSH) {
      case Z_OK, Z_BUF_ERROR: break
      case Z_STREAM_END where stream.pointee.avail_out == 0: break
      case Z_STREAM_END: throw .damaged("it has too few pixels")
      default: throw .damaged("its pixels cannot be decompressed")
      }
    }
  }

  /// The most bytes behind the last pixel: encoders that fill up a block leave a few, and libpng passes them; more are a bomb.
  private static let surplusLimit = 1024

  /// Reads on to the checksum at the stream's end.
  mutating func finish() throws(PictureFault) {
    var surplus = [UInt8](repeating: 0, count: Inflater.surplusLimit + 1)
    try surplus.withUnsafeMutableBufferPointer { surplus throws(PictureFault) in
      stream.pointee.next_out = surplus.baseAddress
      stream.pointee.avail_out = uInt(surplus.count)
      while feed() {
        let status = inflate(stream, Z_NO_FLUSH)
        guard stream.pointee.avail_out > 0 else { throw .damaged("it has more pixels than its size says") }
        switch status {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: return
        default: throw .damaged("its pixels cannot be decompressed")
        }
      }
    }
  }

  /// Makes sure that there is input; false at its end.
  private mutating func feed() -> Bool {
    while stream.pointee.avail_in == 0 {
      guard next < pieces.count else { return false }
      // zlib only reads from it.
      stream.pointee.next_in = UnsafeMutablePointer(mutating: pieces[next].baseAddress)
      stream.pointee.avail_in = uInt(pieces[next].count)
      next += 1
    }
    return true
  }
}
