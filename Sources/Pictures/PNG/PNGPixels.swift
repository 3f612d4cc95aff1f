/// What the samples of a PNG's rows look like as RGB over white.
struct PNGPixels {
  private let depth: Int
  private let colour: PNGHeader.Colour
  /// The colours of the indices of a palette.
  private var colours: [(UInt8, UInt8, UInt8)] = []
  /// The one colour that is transparent, in samples of the picture's depth.
  private var clear: [Int]?

  init(_ file: PNGFile) {
    depth = file.header.depth
    colour = file.header.colour
    if colour == .palette, let palette = file.palette {
      colours = (0..<palette.count / 3).map { index in
        let alpha = file.transparency.flatMap { index < $0.count ? $0[index] : nil } ?? 255
        func over(_ sample: UInt8) -> UInt8 { PNGPixels.over(sample, alpha) }
        return (over(palette[index * 3]), over(palette[index * 3 + 1]), over(palette[index * 3 + 2]))
      }
    } else if let transparency = file.transparency {
      clear = stride(from: 0, to: transparency.count, by: 2).map {
        Int(transparency[$0]) << 8 | Int(transparency[$0 + 1])
      }
    }
  }

  /// A sample over white.
  @inline(__always)
  private static func over(_ sample: UInt8, _ alpha: UInt8) -> UInt8 {
    if alpha == 255 { return sample }
    return UInt8(truncatingIfNeeded: (Int(sample) * Int(alpha) + 255 * (255 - Int(alpha)) + 127) / 255)
  }

  /// A sample of 1 to 16 bits as one of 8.
  @inline(__always)
  private func byte(_ sample: Int) -> UInt8 {
    switch depth {
    case 8: UInt8(truncatingIfNeeded: sample)
    case 16: UInt8(truncatingIfNeeded: (sample * 255 + 32_767) / 65_535)
    default: UInt8(truncatingIfNeeded: sample * 255 / (1 << depth - 1))
    }
  }

  @inline(__always)
  private func sample(_ row: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
    switch depth {
    case 8: Int(row[index])
    case 16: Int(row[index * 2]) << 8 | Int(row[index * 2 + 1])
    default: Int(row[(index * depth) >> 3]) >> (8 - depth - (index * depth) & 7) & (1 << depth - 1)
    }
  }

  /// Writes the `count` pixels of a row to every `step`th place from `target` on.
  func expand(
    _ row: UnsafeBufferPointer<UInt8>, count: Int, to samples: UnsafeMutableBufferPointer<UInt8>, at target: Int,
    step: Int
  ) throws(PictureFault) {
    if colour == .rgb, depth == 8, clear == nil, step == 3 {
      _ = UnsafeMutableBufferPointer(rebasing: samples[target..<target + count * 3]).update(fromContentsOf: row)
      return
    }
    var target = target
    for index in 0..<count {
      let pixel = try pixel(row, index)
      samples[target] = pixel.0
      samples[target + 1] = pixel.1
      samples[target + 2] = pixel.2
      target += step
    }
  }

  @inline(__always)
  private func pixel(
    _ row: UnsafeBufferPointer<UInt8>, _ index: Int
  ) throws(PictureFault) -> (UInt8, UInt8, UInt8) {
    switch colour {
    case .palette:
      let index = sample(row, index)
      guard index < colours.count else { throw .damaged("it has a colour that is not in its palette") }
      return colours[index]
    case .grey:
      let value = sample(row, index)
      if let clear, clear[0] == value { return (255, 255, 255) }
      let grey = byte(value)
      return (grey, grey, grey)
    case .greyAlpha:
      let grey = PNGPixels.over(byte(sample(row, index * 2)), byte(sample(row, index * 2 + 1)))
      return (grey, grey, grey)
    case .rgb:
      let (red, green, blue) = (sample(row, index * 3), sample(row, index * 3 + 1), sample(row, index * 3 + 2))
      if let clear, clear[0] == red, clear[1] == green, clear[2] == blue { return (255, 255, 255) }
      return (byte(red), byte(green), byte(blue))
    case .rgba:
      let alpha = byte(sample(row, index * 4 + 3))
      func over(_ channel: Int) -> UInt8 { PNGPixels.over(byte(sample(row, index * 4 + channel)), alpha) }
      return (over(0), over(1), over(2))
    }
  }
}
