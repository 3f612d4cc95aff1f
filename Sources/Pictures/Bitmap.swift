/// A picture of 8-bit RGB samples, row after row.
package struct Bitmap: Equatable, Sendable {
  package let size: PixelSize
  package var samples: [UInt8]

  /// A picture of these samples, three for each pixel.
  package init(_ size: PixelSize, samples: [UInt8]) {
    precondition(samples.count == size.pixels * 3)
    self.size = size
    self.samples = samples
  }

  /// A picture of one grey.
  package init(_ size: PixelSize, grey: UInt8 = 0) {
    self.init(size, samples: [UInt8](repeating: grey, count: size.pixels * 3))
  }

  /// How bright each pixel is: 0…255.
  package var greys: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: size.pixels) { greys, count in
      samples.withUnsafeBufferPointer { samples in
        for index in 0..<size.pixels {
          greys[index] = Bitmap.grey(samples[index * 3], samples[index * 3 + 1], samples[index * 3 + 2])
        }
      }
      count = size.pixels
    }
  }

  @inline(__always)
  static func grey(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
    UInt8(truncatingIfNeeded: (Int32(red) * 77 + Int32(green) * 150 + Int32(blue) * 29) >> 8)
  }

  /// The picture at another size.
  package func scaled(to size: PixelSize) -> Bitmap {
    guard size != self.size else { return self }
    return Bitmap(size, samples: Scaling.scale(samples, from: self.size, to: size, channels: 3))
  }
}

/// Another size for rows of samples, in integers: the mean of what a pixel covers where it shrinks, else between neighbours.
package enum Scaling {
  /// Samples of `channels` for each pixel.
  package static func scale(_ samples: [UInt8], from: PixelSize, to: PixelSize, channels: Int) -> [UInt8] {
    precondition(samples.count == from.pixels * channels)
    if from == to { return samples }
    let count = to.pixels * channels
    return [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
      samples.withUnsafeBufferPointer { input in
        if to.width <= from.width && to.height <= from.height {
          shrink(input, from, output, to, channels)
        } else {
          stretch(input, from, output, to, channels)
        }
      }
      initialized = count
    }
  }

  private static func shrink(
    _ input: UnsafeBufferPointer<UInt8>, _ from: PixelSize, _ output: UnsafeMutableBufferPointer<UInt8>,
    _ to: PixelSize, _ channels: Int
  ) {
    let stride = from.width * channels
    // The sums of a band of rows; a band is at most the whole picture, whose sums fit.
    var sums = [UInt32](repeating: 0, count: stride)
    sums.withUnsafeMutableBufferPointer { sums in
      var target = 0
      for y in 0..<to.height {
        let (top, bottom) = (y * from.height / to.height, (y + 1) * from.height / to.height)
        sums.update(repeating: 0)
        for row in top..<bottom {
          for index in 0..<stride { sums[index] &+= UInt32(input[row * stride + index]) }
        }
        for x in 0..<to.width {
          let (left, right) = (x * from.width / to.width, (x + 1) * from.width / to.width)
          let count = UInt64((right - left) * (bottom - top))
          for channel in 0..<channels {
            var sum = count / 2
            for column in left..<right { sum += UInt64(sums[column * channels + channel]) }
            output[target] = UInt8(truncatingIfNeeded: sum / count)
            target += 1
          }
        }
      }
    }
  }

  /// Bilinear, the centres of the corner pixels on one another.
  private static func stretch(
    _ input: UnsafeBufferPointer<UInt8>, _ from: PixelSize, _ output: UnsafeMutableBufferPointer<UInt8>,
    _ to: PixelSize, _ channels: Int
  ) {
    func place(_ index: Int, _ from: Int, _ to: Int) -> (first: Int, second: Int, part: Int32) {
      let position = to > 1 ? index * (from - 1) * 256 / (to - 1) : 0
      let first = position >> 8
      return (first, min(first + 1, from - 1), Int32(position & 255))
    }
    let columns = (0..<to.width).map { place($0, from.width, to.width) }
    columns.withUnsafeBufferPointer { columns in
      var target = 0
      for y in 0..<to.height {
        let (first, second, down) = place(y, from.height, to.height)
        let (above, below) = (first * from.width, second * from.width)
        for column in columns {
          for channel in 0..<channels {
            func sample(_ row: Int, _ column: Int) -> Int32 { Int32(input[(row + column) * channels + channel]) }
            let top = sample(above, column.first) * (256 - column.part) + sample(above, column.second) * column.part
            let bottom = sample(below, column.first) * (256 - column.part) + sample(below, column.second) * column.part
            output[target] = UInt8(truncatingIfNeeded: (top * (256 - down) + bottom * down + 32768) >> 16)
            target += 1
          }
        }
      }
    }
  }
}
