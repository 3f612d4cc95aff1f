/// What a PNG says of itself in its first chunk (PNG, third edition, §11.2.1).
struct PNGHeader: Equatable {
  enum Colour: UInt8 {
    case grey = 0
    case rgb = 2
    case palette = 3
    case greyAlpha = 4
    case rgba = 6

    var channels: Int {
      switch self {
      case .grey, .palette: 1
      case .greyAlpha: 2
      case .rgb: 3
      case .rgba: 4
      }
    }

    func allows(depth: Int) -> Bool {
      switch self {
      case .grey: [1, 2, 4, 8, 16].contains(depth)
      case .palette: [1, 2, 4, 8].contains(depth)
      case .rgb, .greyAlpha, .rgba: depth == 8 || depth == 16
      }
    }
  }

  let size: PixelSize
  /// Bits of one sample.
  let depth: Int
  let colour: Colour
  let isInterlaced: Bool

  init(_ data: UnsafeBufferPointer<UInt8>) throws(PictureFault) {
    guard data.count == 13 else { throw .damaged("its header has a wrong length") }
    let (width, height) = (PNGChunk.number(data, at: 0), PNGChunk.number(data, at: 4))
    guard width > 0, height > 0, width <= 0x7FFF_FFFF, height <= 0x7FFF_FFFF else { throw .damaged("it has no pixels") }
    guard let colour = Colour(rawValue: data[9]), colour.allows(depth: Int(data[8])) else {
      throw .damaged("its colour type is none of PNG's")
    }
    guard data[10] == 0, data[11] == 0, data[12] <= 1 else { throw .damaged("its coding is none of PNG's") }
    size = PixelSize(width: width, height: height)
    depth = Int(data[8])
    self.colour = colour
    isInterlaced = data[12] == 1
  }

  var bitsPerPixel: Int { depth * colour.channels }

  /// The bytes of a row of so many pixels, without its filter type.
  func rowBytes(_ width: Int) -> Int { (width * bitsPerPixel + 7) / 8 }
}

/// One of the pictures that a PNG's rows make up: all of it, or one pass of Adam7 (§8.1).
struct PNGPass {
  let left: Int
  let top: Int
  let across: Int
  let down: Int

  static let whole = [PNGPass(left: 0, top: 0, across: 1, down: 1)]
  static let interlaced = [
    PNGPass(left: 0, top: 0, across: 8, down: 8), PNGPass(left: 4, top: 0, across: 8, down: 8),
    PNGPass(left: 0, top: 4, across: 4, down: 8), PNGPass(left: 2, top: 0, across: 4, down: 4),
    PNGPass(left: 0, top: 2, across: 2, down: 4), PNGPass(left: 1, top: 0, across: 2, down: 2),
    PNGPass(left: 0, top: 1, across: 1, down: 2),
  ]

  func size(of whole: PixelSize) -> PixelSize {
    PixelSize(
      width: max(0, whole.width - left + across - 1) / across, height: max(0, whole.height - top + down - 1) / down)
  }
}
