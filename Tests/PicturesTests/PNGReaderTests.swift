import Testing

@testable import Pictures

@Suite struct PNGReaderTests {
  struct Kind: CustomTestStringConvertible {
    var colour: Int
    var depth: Int
    var isInterlaced: Bool
    var testDescription: String { "colour type \(colour), \(depth) bits\(isInterlaced ? ", interlaced" : "")" }
  }

  static let kinds: [Kind] = [(0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16])]
    .flatMap { colour, depths in
      depths.flatMap { depth in
        [false, true].map { Kind(colour: colour, depth: depth, isInterlaced: $0) }
      }
    }

  static func samples(_ depth: Int) -> @Sendable (Int, Int, Int) -> Int {
    { x, y, channel in (x * 7919 + y * 6101 + channel * 104_729 + x * y * 31) % (1 << depth) }
  }

  static func over(_ sample: Int, _ alpha: Int) -> Int { (sample * alpha + 255 * (255 - alpha) + 127) / 255 }

  @Test(
    "reads every kind of PNG, at sizes that leave passes and bytes unfilled", arguments: kinds,
    [(1, 1), (5, 3), (13, 17)])
  func everyKind(kind: Kind, size: (width: Int, height: Int)) throws {
    let sample = Self.samples(kind.depth)
    let palette = (0..<3 << min(8, kind.depth)).map { UInt8($0 * 37 & 255) }
    let png = TestPNG(
      width: size.width, height: size.height, depth: kind.depth, colour: kind.colour, isInterlaced: kind.isInterlaced,
      palette: kind.colour == 3 ? palette : [], sample: sample)
    let bitmap = try Bitmap(reading: png.file)
    #expect(bitmap.size == PixelSize(width: size.width, height: size.height))
    let top = 1 << kind.depth - 1
    func byte(_ x: Int, _ y: Int, _ channel: Int) -> Int {
      let value = sample(x, y, channel)
      return kind.depth == 16 ? (value * 255 + 32_767) / 65_535 : value * 255 / top
    }
    for y in 0..<size.height {
      for x in 0..<size.width {
        let expected: [Int] =
          switch kind.colour {
          case 0: [0, 0, 0].map { byte(x, y, $0) }
          case 2: [0, 1, 2].map { byte(x, y, $0) }
          case 3: [0, 1, 2].map { Int(palette[sample(x, y, 0) * 3 + $0]) }
          case 4: [0, 0, 0].map { Self.over(byte(x, y, $0), byte(x, y, 1)) }
          default: [0, 1, 2].map { Self.over(byte(x, y, $0), byte(x, y, 3)) }
          }
        let start = (y * size.width + x) * 3
        #expect(bitmap.samples[start..<start + 3].map(Int.init) == expected, "at \(x), \(y)")
      }
    }
  }

  @Test("undoes each filter in every row", arguments: 0...4 as ClosedRange<UInt8>)
  func filters(filter: UInt8) throws {
    let sample = Self.samples(8)
    let bitmap = try Bitmap(reading: TestPNG(width: 9, height: 7, filter: filter, sample: sample).file)
    for index in bitmap.samples.indices {
      #expect(Int(bitmap.samples[index]) == sample(index / 3 % 9, index / 27, index % 3))
    }
  }

  @Test("takes one colour for transparent, and lays it over white")
  func transparentColour() throws {
    let grey = TestPNG(width: 4, height: 1, depth: 2, colour: 0, transparency: [0, 2]) { x, _, _ in x }
    #expect(try Bitmap(reading: grey.file).greys == [0, 85, 255, 255])
    let wide = TestPNG(width: 2, height: 1, depth: 16, colour: 2, transparency: [1, 2, 3, 4, 5, 6]) { x, _, channel in
      x == 0 ? [0x0102, 0x0304, 0x0506][channel] : [0x0102, 0x0304, 0x0507][channel]
    }
    #expect(try Bitmap(reading: wide.file).samples == [255, 255, 255, 1, 3, 5])
    let indexed = TestPNG(
      width: 3, height: 1, colour: 3, palette: [9, 8, 7, 100, 0, 200, 1, 2, 3], transparency: [255, 128]
    ) { x, _, _ in x }
    #expect(try Bitmap(reading: indexed.file).samples == [9, 8, 7, 177, 127, 227, 1, 2, 3])
  }

  @Test("gives back what the writer wrote", arguments: [(1, 1), (7, 3), (64, 40)])
  func writer(width: Int, height: Int) throws {
    var random = SplitMix64(state: 7)
    let size = PixelSize(width: width, height: height)
    let bitmap = Bitmap(size, samples: (0..<size.pixels * 3).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    #expect(try Bitmap(reading: PNGWriter.write(bitmap, note: "x")) == bitmap)
    #expect(try PixelSize(reading: PNGWriter.write(bitmap)) == size)
  }
}
