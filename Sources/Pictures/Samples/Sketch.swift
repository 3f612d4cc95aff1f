/// A picture that shapes are drawn on, with smooth edges.
struct Sketch {
  let size: PixelSize
  /// RGB.
  private(set) var bitmap: Bitmap

  init(_ size: PixelSize) {
    self.size = size
    bitmap = Bitmap(size)
  }

  /// Gives each pixel the colour that `ink` has for its place and what is there.
  mutating func fill(_ ink: (_ x: Int32, _ y: Int32, _ own: Ink) -> Ink) {
    let size = size
    bitmap.samples.withUnsafeMutableBufferPointer { samples in
      var target = samples.baseAddress!
      for y in 0..<Int32(size.height) {
        for x in 0..<Int32(size.width) {
          ink(x, y, Ink(UnsafePointer(target))).write(to: target)
          target += 3
        }
      }
    }
  }

  /// A disc; places and radius in 1/16 of a pixel.
  mutating func disc(_ x: Int32, _ y: Int32, _ radius: Int32, _ ink: Ink, opacity: Int32 = 256) {
    let size = size
    let reach = radius + 16
    let (left, right) = (max(0, (x - reach) >> 4), min(Int32(size.width) - 1, (x + reach) >> 4))
    let (top, bottom) = (max(0, (y - reach) >> 4), min(Int32(size.height) - 1, (y + reach) >> 4))
    guard left <= right, top <= bottom, radius > 0 else { return }
    bitmap.samples.withUnsafeMutableBufferPointer { samples in
      for row in top...bottom {
        for column in left...right {
          let (across, down) = (column << 4 - x, row << 4 - y)
          // The distance to the rim in about 1/16 of a pixel, from the difference of the squares.
          let inside = (radius * radius - across * across - down * down) / (2 * radius)
          let alpha = (max(0, min(256, inside * 16 + 128)) * opacity) >> 8
          guard alpha > 0 else { continue }
          let target = samples.baseAddress! + (Int(row) * size.width + Int(column)) * 3
          Ink(UnsafePointer(target)).mixed(with: ink, alpha).write(to: target)
        }
      }
    }
  }

  /// Blurs by half the size and back.
  mutating func soften(_ times: Int) {
    let small = PixelSize(width: max(1, size.width >> times), height: max(1, size.height >> times))
    bitmap = bitmap.scaled(to: small).scaled(to: size)
  }
}
