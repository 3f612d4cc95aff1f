internal import CZlib

/// Writes RGB pictures as PNG.
package enum PNGWriter {
  /// A PNG of the picture.
  /// - Parameters:
  ///   - note: a text about it, in Latin letters, under the keyword `Comment`.
  ///   - stop: after which the file is left as it is.
  package static func write(_ bitmap: Bitmap, note: String? = nil, stop: StopSign = StopSign()) -> [UInt8] {
    var header: [UInt8] = []
    PNGChunk.append(UInt32(bitmap.size.width), to: &header)
    PNGChunk.append(UInt32(bitmap.size.height), to: &header)
    // Depth 8, RGB; deflate, filtered, not interlaced.
    header += [8, 2, 0, 0, 0]
    var file = PNGChunk.signature
    PNGChunk.append(PNGChunk.header, header, to: &file)
    if let note { PNGChunk.append(PNGChunk.text, Array("Comment\0\(note)".utf8), to: &file) }
    PNGChunk.append(PNGChunk.pixels, deflated(filtered(bitmap), stop), to: &file)
    PNGChunk.append(PNGChunk.end, [], to: &file)
    return file
  }

  private static func filtered(_ bitmap: Bitmap) -> [UInt8] {
    let stride = bitmap.size.width * 3
    let count = (stride + 1) * bitmap.size.height
    let zeros = [UInt8](repeating: 0, count: stride)
    return [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
      bitmap.samples.withUnsafeBufferPointer { samples in
        zeros.withUnsafeBufferPointer { zeros in
          for y in 0..<bitmap.size.height {
            let row = UnsafeBufferPointer(rebasing: samples[y * stride..<(y + 1) * stride])
            let above = y == 0 ? zeros : UnsafeBufferPointer(rebasing: samples[(y - 1) * stride..<y * stride])
            let target = y * (stride + 1)
            PNGFilter.apply(
              row, above, step: 3, UnsafeMutableBufferPointer(rebasing: output[target...target + stride]))
          }
        }
      }
      initialized = count
    }
  }

  /// How much is compressed between two looks at the sign, in bytes: a few milliseconds.
  private static let pieceSize = 1 << 18

  private static func deflated(_ bytes: [UInt8], _ stop: StopSign) -> [UInt8] {
    let bound = Int(compressBound(uLong(bytes.count)))
    return [UInt8](unsafeUninitializedCapacity: bound) { output, initialized in
      var stream = z_stream()
      // The buffer has the bound's size, so the only failure there is is that zlib gets no memory.
      precondition(
        deflateInit_(&stream, Z_BEST_SPEED, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK)
      defer { deflateEnd(&stream) }
      stream.next_out = output.baseAddress
      stream.avail_out = uInt(bound)
      bytes.withUnsafeBufferPointer { bytes in
        var start = 0
        while start < bytes.count, !stop.isUp {
          let count = min(pieceSize, bytes.count - start)
          // zlib only reads from it.
          stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress! + start)
          stream.avail_in = uInt(count)
          start += count
          _ = deflate(&stream, start == bytes.count ? Z_FINISH : Z_NO_FLUSH)
        }
      }
      initialized = bound - Int(stream.avail_out)
    }
  }
}
