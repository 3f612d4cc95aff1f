/// Reads every kind of PNG (third edition): all depths and colour types, interlaced or not. What is transparent lies over
/// white; gamma and colour profiles are left out of account.
package enum PNGReader {
  /// The size of a PNG.
  static func size(of bytes: [UInt8], _ limits: PictureLimits) throws(PictureFault) -> PixelSize {
    try bytes.withUnsafeBufferPointer { bytes throws(PictureFault) in
      let chunk = try PNGChunk(bytes, at: PNGChunk.signature.count)
      guard chunk.type == PNGChunk.header else { throw .damaged("it does not begin with its header") }
      let size = try PNGHeader(chunk.data).size
      try limits.check(size)
      return size
    }
  }

  /// The picture of a PNG, whose signature has been seen.
  static func read(_ bytes: [UInt8], _ limits: PictureLimits) throws(PictureFault) -> Bitmap {
    try bytes.withUnsafeBufferPointer { bytes throws(PictureFault) in
      let file = try PNGFile(bytes, limits)
      var bitmap = Bitmap(file.header.size)
      try bitmap.samples.withUnsafeMutableBufferPointer { samples throws(PictureFault) in
        try decode(file, to: samples)
      }
      return bitmap
    }
  }

  private static func decode(
    _ file: PNGFile, to samples: UnsafeMutableBufferPointer<UInt8>
  ) throws(PictureFault) {
    let header = file.header
    let pixels = PNGPixels(file)
    var inflater = Inflater(file.pixels)
    for pass in header.isInterlaced ? PNGPass.interlaced : PNGPass.whole {
      let size = pass.size(of: header.size)
      guard size.pixels > 0 else { continue }
      // A row behind its filter type, and the one above it.
      var row = [UInt8](repeating: 0, count: header.rowBytes(size.width) + 1)
      var above = row
      for y in 0..<size.height {
        try row.withUnsafeMutableBufferPointer { row throws(PictureFault) in
          try inflater.fill(row)
          try above.withUnsafeBufferPointer { above throws(PictureFault) in
            try PNGFilter.undo(row, above, step: max(1, header.bitsPerPixel / 8))
          }
        }
        let target = ((pass.top + y * pass.down) * header.size.width + pass.left) * 3
        try row.withUnsafeBufferPointer { row throws(PictureFault) in
          let row = UnsafeBufferPointer(rebasing: row[1...])
          try pixels.expand(row, count: size.width, to: samples, at: target, step: pass.across * 3)
        }
        swap(&row, &above)
      }
    }
    try inflater.finish()
  }
}
