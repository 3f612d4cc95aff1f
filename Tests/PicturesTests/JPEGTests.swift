import Testing

@testable import Pictures

@Suite struct JPEGTests {
  static let size = PixelSize(width: 48, height: 32)
  static let picture = Bitmap(size, samples: (0..<size.pixels * 3).map(sample))

  private static func sample(_ index: Int) -> UInt8 {
    let (column, channel) = (index / 3 % 48, index % 3)
    return UInt8(column * 4 + channel * 20)
  }

  @Test("gives back nearly what it wrote", .enabled(if: JPEGReader.isAvailable))
  func roundTrip() throws {
    let file = try #require(JPEGWriter.write(Self.picture, note: "a note"))
    #expect(file.starts(with: [0xFF, 0xD8, 0xFF, 0xFE, 0, 8] + Array("a note".utf8)))
    #expect(PictureFormat(file) == .jpeg)
    #expect(try PixelSize(reading: file) == Self.size)
    let read = try Bitmap(reading: file)
    #expect(zip(read.samples, Self.picture.samples).allSatisfy { abs(Int($0) - Int($1)) < 12 })
  }

  @Test("refuses what is cut or too large", .enabled(if: JPEGReader.isAvailable))
  func faults() throws {
    let file = try #require(JPEGWriter.write(Self.picture))
    for end in [3, 10, file.count / 2, file.count - 2] {
      #expect(throws: PictureFault.self) { try Bitmap(reading: Array(file[..<end])) }
    }
    var limits = PictureLimits()
    limits.side = 40
    #expect(throws: PictureFault.tooLarge(Self.size, limits)) { try Bitmap(reading: file, limits: limits) }
    #expect(throws: PictureFault.tooLarge(Self.size, limits)) { try PixelSize(reading: file, limits: limits) }
  }

  @Test("reads no more scans than a picture needs", .enabled(if: JPEGReader.isAvailable), arguments: [1, 64, 65])
  func scans(count: Int) throws {
    let file = try #require(JPEGWriter.write(Self.picture))
    let start = try #require(file.indices.dropLast().first { file[$0] == 0xFF && file[$0 + 1] == 0xDA })
    let scan = file[start..<file.count - 2]
    let repeated =
      Array(file[..<start]) + [[UInt8]](repeating: Array(scan), count: count).flatMap { $0 } + file.suffix(2)
    let fault = PictureFault.damaged("a JPEG of 65 scans where its size allows 64")
    do {
      _ = try Bitmap(reading: repeated)
      #expect(count == 1)
    } catch {
      // A picture of one scan may not have another, whatever its limit.
      #expect((error == fault) == (count == 65) && count > 1)
    }
  }

  @Test("allows the fewer scans the larger the picture is", arguments: [(16, true), (17, false)])
  func largeScans(count: Int, isAllowed: Bool) {
    let size = PixelSize(width: 6 << 10, height: 4 << 10)
    let isRead = (try? PictureLimits().check(scans: count, of: size)) != nil
    #expect(isRead == isAllowed)
  }

  @Test("says in a build without it how to get it", .enabled(if: !JPEGReader.isAvailable))
  func absent() {
    #expect(throws: PictureFault.withoutJPEG) { try Bitmap(reading: [0xFF, 0xD8, 0xFF, 0xE0]) }
    #expect(PictureFault.withoutJPEG.description.contains("libturbojpeg0-dev"))
    #expect(JPEGWriter.write(Self.picture) == nil)
  }
}
