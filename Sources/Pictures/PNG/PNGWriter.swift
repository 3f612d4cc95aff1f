internal import CZlib

/// Writes RGB pictures as PNG.
package enum PNGWriter {
  /// A PNG of the picture.
  /// - Parameter note: a text about it, in Latin letters, under the keyword `Comment`.
  package static func write(_ bitmap: Bitmap, note: String? = nil) -> [UInt8] {
    var header: [UInt8] = []
    PNGChunk.append(UInt32(bitmap.size.width), to: &header)
    PNGChunk.append(UInt32(bitmap.size.height), to: &header)
    // Depth 8, RGB; deflate, filtered, not interlaced.
    header += [8, 2, 0, 0, 0]
    var file = PNGChunk.signature
    PNGChunk.append(PNGChunk.header, header, to: &file)
    if let note { PNGChunk.append(PNGChunk.text, Array("Comment\0\(note)".utf8), to: &file) }
    PNGChunk.append(PNGChunk.pixels, deflated(filtered(bitmap)), to: &file)
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

  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    let bound = compressBound(uLong(bytes.count))
    return [UInt8](unsafeUninitializedCapacity: Int(bound)) { output, initialized in
      var count = bound
      // The buffer has the bound's size, so the only failure left is that zlib gets no memory.
      precondition(compress2(output.baseAddress, &count, bytes, uLong(bytes.count), Z_BEST_SPEED) == Z_OK)
      initialized = Int(count)
    }
  }
}
