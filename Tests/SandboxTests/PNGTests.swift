import CZlib
import Testing

@testable import Sandbox

@Suite struct PNGTests {
  struct Chunk: Equatable {
    var type: String
    var data: [UInt8]
  }

  static func number(_ bytes: some Collection<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

  /// Takes a PNG apart by the standard and checks every checksum.
  static func chunks(_ png: [UInt8]) throws -> [Chunk] {
    try #require(png.starts(with: [137, 80, 78, 71, 13, 10, 26, 10]))
    var chunks: [Chunk] = []
    var rest = png.dropFirst(8)
    while !rest.isEmpty {
      let count = number(rest.prefix(4))
      try #require(rest.count >= count + 12)
      let body = Array(rest.dropFirst(4).prefix(4 + count))
      #expect(Int(crc32(0, body, uInt(body.count))) == number(rest.dropFirst(8 + count).prefix(4)))
      chunks.append(Chunk(type: String(decoding: body[..<4], as: UTF8.self), data: Array(body[4...])))
      rest = rest.dropFirst(12 + count)
    }
    return chunks
  }

  /// The samples of an RGB image whose rows all have filter type 1.
  static func pixels(_ chunks: [Chunk], width: Int, height: Int) throws -> [UInt8] {
    let stride = width * 3
    var rows = [UInt8](repeating: 0, count: (stride + 1) * height + 1)
    var count = uLong(rows.count)
    #expect(uncompress(&rows, &count, chunks[1].data, uLong(chunks[1].data.count)) == Z_OK)
    try #require(Int(count) == (stride + 1) * height)
    var pixels: [UInt8] = []
    for row in 0..<height {
      #expect(rows[row * (stride + 1)] == 1)
      for column in 0..<stride {
        let left = column < 3 ? 0 : pixels[pixels.count - 3]
        pixels.append(rows[row * (stride + 1) + 1 + column] &+ left)
      }
    }
    return pixels
  }

  @Test("writes images that decode to the same samples", arguments: [(1, 1), (7, 3), (64, 40)])
  func decodes(width: Int, height: Int) throws {
    var random = SplitMix64(state: 7)
    let samples = (0..<width * height * 3).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let chunks = try Self.chunks(PNG.encode(samples, ImageSize(width: width, height: height)))
    #expect(chunks.map(\.type) == ["IHDR", "IDAT", "IEND"])
    #expect(Self.number(chunks[0].data[0..<4]) == width)
    #expect(Self.number(chunks[0].data[4..<8]) == height)
    #expect(chunks[0].data[8...] == [8, 2, 0, 0, 0])
    #expect(try Self.pixels(chunks, width: width, height: height) == samples)
  }

  @Test("reads the size of a PNG and of nothing else")
  func size() {
    let png = PNG.encode([UInt8](repeating: 9, count: 300 * 2 * 3), ImageSize(width: 300, height: 2))
    #expect(PNG.size(of: png) == ImageSize(width: 300, height: 2))
    #expect(PNG.size(of: Array(png[..<24])) == ImageSize(width: 300, height: 2))
    #expect(PNG.size(of: Array(png[..<23])) == nil)
    #expect(PNG.size(of: [0xFF, 0xD8] + png) == nil)
    var empty = png
    empty.replaceSubrange(16..<20, with: [0, 0, 0, 0])
    #expect(PNG.size(of: empty) == nil)
  }

  @Test("draws the same picture for the same prompt and seed, and another for any other")
  func determinism() {
    let size = ImageSize(width: 32, height: 24)
    func draw(_ prompt: String, _ seed: UInt64, _ index: Int) -> [UInt8] {
      PNG.encode(ImageMaker(prompt: prompt, seed: seed, index: index).draw(size), size)
    }
    let picture = draw("a tree", 1, 0)
    #expect(picture == draw("a tree", 1, 0))
    #expect(picture != draw("a trees", 1, 0))
    #expect(picture != draw("a tree", 2, 0))
    #expect(picture != draw("a tree", 1, 1))
  }

  @Test("draws more than one colour, at any size", arguments: [(1, 1), (2048, 1), (3, 500)])
  func sizes(width: Int, height: Int) {
    let picture = ImageMaker(prompt: "x", seed: .max, index: 3).draw(ImageSize(width: width, height: height))
    #expect(picture.count == width * height * 3)
    #expect(width * height == 1 || Set(picture).count > 4)
  }

  @Test("bills begun megapixels and shrinks what is too large in proportion")
  func imageSize() {
    #expect(ImageSize(width: 512, height: 512).billedMegapixels == 1)
    #expect(ImageSize(width: 1000, height: 1000).billedMegapixels == 1)
    #expect(ImageSize(width: 1024, height: 1024).billedMegapixels == 2)
    #expect(ImageSize(width: 4096, height: 1024).fitting(2048) == ImageSize(width: 2048, height: 512))
    #expect(ImageSize(width: 1_000_000, height: 1).fitting(2048) == ImageSize(width: 2048, height: 1))
  }
}
