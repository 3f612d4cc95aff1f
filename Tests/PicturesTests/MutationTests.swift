import Testing

@testable import Pictures

/// Files that were valid before something in them was changed: each is read or refused, and under AddressSanitizer nothing
/// is touched that is not theirs.
@Suite struct MutationTests {
  static func mutated(_ file: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var file = file
    for _ in 0...random.next(0...3) {
      guard !file.isEmpty else { break }
      let place = Int(random.next(0...Int32(file.count - 1)))
      switch random.next(0...3) {
      case 0: file[place] = UInt8(truncatingIfNeeded: random.next())
      case 1: file[place] ^= 1 << UInt8(random.next(0...7))
      case 2: file.removeSubrange(place..<min(file.count, place + Int(random.next(1...9))))
      default: file.insert(contentsOf: file[place..<min(file.count, place + 7)], at: place)
      }
    }
    return file
  }

  /// The checksums of a PNG's chunks, set right again, or the reader would see nothing but wrong ones.
  static func mended(_ file: [UInt8]) -> [UInt8] {
    var output = Array(file.prefix(8))
    var offset = 8
    while offset + 12 <= file.count {
      let count = min(
        file[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }, file.count - offset - 12)
      let type = String(decoding: file[offset + 4..<offset + 8].map { $0 & 0x7F }, as: UTF8.self)
      output += TestPNG.chunk(type, Array(file[offset + 8..<offset + 8 + count]))
      offset += count + 12
    }
    return output
  }

  @Test("10,000 mutated PNGs are read or refused", arguments: 0..<10)
  func pngs(round: Int) {
    var random = SplitMix64(state: UInt64(round))
    var limits = PictureLimits()
    limits.pixels = 1 << 20
    var (read, refused) = (0, 0)
    let files = PNGReaderTests.kinds.map { kind in
      let palette = kind.colour == 3 ? (0..<3 << kind.depth).map { UInt8($0 & 255) } : []
      return TestPNG(
        width: 9, height: 7, depth: kind.depth, colour: kind.colour, isInterlaced: kind.isInterlaced, palette: palette,
        transparency: kind.colour == 3 ? [1, 2] : [], sample: PNGReaderTests.samples(kind.depth)
      ).file
    }
    for index in 0..<1000 {
      let file = Self.mended(Self.mutated(files[index % files.count], &random))
      do {
        let bitmap = try Bitmap(reading: file, limits: limits)
        #expect(bitmap.samples.count == bitmap.size.pixels * 3)
        read += 1
      } catch {
        refused += 1
      }
    }
    #expect(read > 10 && refused > 300)
  }

  @Test("10,000 mutated JPEGs are read or refused", .enabled(if: JPEGReader.isAvailable), arguments: 0..<10)
  func jpegs(round: Int) throws {
    var random = SplitMix64(state: UInt64(round))
    var limits = PictureLimits()
    limits.pixels = 1 << 20
    var (read, refused) = (0, 0)
    let file = try #require(JPEGWriter.write(JPEGTests.picture))
    for _ in 0..<1000 {
      do {
        let bitmap = try Bitmap(reading: Self.mutated(file, &random), limits: limits)
        #expect(bitmap.samples.count == bitmap.size.pixels * 3)
        read += 1
      } catch {
        refused += 1
      }
    }
    #expect(read > 50 && refused > 50)
  }
}
