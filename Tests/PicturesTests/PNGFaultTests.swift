import Testing

@testable import Pictures

@Suite struct PNGFaultTests {
  static let png = TestPNG(width: 3, height: 2) { x, y, channel in x * 50 + y * 20 + channel }

  /// The picture with other chunks between its signature and its end.
  static func file(_ chunks: [UInt8]...) -> [UInt8] {
    TestPNG.signature + chunks.flatMap { $0 } + TestPNG.chunk("IEND", [])
  }

  static let header = TestPNG.chunk("IHDR", png.header)
  static let pixels = TestPNG.chunk("IDAT", TestPNG.deflated([UInt8](repeating: 0, count: 20)))

  static func header(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
    var header = png.header
    change(&header)
    return TestPNG.chunk("IHDR", header)
  }

  static let faults: [(file: [UInt8], fault: PictureFault)] = [
    (TestPNG.signature, .damaged("it ends early")),
    (file(), .damaged("it does not begin with its header")),
    (file(pixels), .damaged("it does not begin with its header")),
    (file(header), .damaged("it has no pixels")),
    (file(TestPNG.chunk("IHDR", [1])), .damaged("its header has a wrong length")),
    (file(header { $0[3] = 0 }, pixels), .damaged("it has no pixels")),
    (file(header { $0[8] = 4 }, pixels), .damaged("its colour type is none of PNG's")),
    (file(header { $0[9] = 5 }, pixels), .damaged("its colour type is none of PNG's")),
    (file(header { $0[12] = 2 }, pixels), .damaged("its coding is none of PNG's")),
    (file(header { $0[9] = 3 }, pixels), .damaged("its palette is missing")),
    (file(header, TestPNG.chunk("PLTE", [1, 2]), pixels), .damaged("its palette is wrong")),
    (file(header, TestPNG.chunk("tRNS", [1, 2]), pixels), .damaged("its transparency is wrong")),
    (file(header, pixels, TestPNG.chunk("tEXt", []), pixels), .damaged("its pixels are scattered")),
    (file(header, TestPNG.chunk("ABCD", []), pixels), .damaged("it has a part that PNG does not know")),
    (file(header, TestPNG.chunk("IDAT", TestPNG.deflated([0, 1]))), .damaged("it has too few pixels")),
    (file(header, TestPNG.chunk("IDAT", [1, 2, 3, 4])), .damaged("its pixels cannot be decompressed")),
    (
      file(header, TestPNG.chunk("IDAT", TestPNG.deflated([UInt8](repeating: 9, count: 20)))),
      .damaged("a row has a filter that PNG does not know")
    ),
    (
      TestPNG(width: 1, height: 1, colour: 3, palette: [1, 2, 3]) { _, _, _ in 1 }.file,
      .damaged("it has a colour that is not in its palette")
    ),
  ]

  @Test("says what is wrong with a PNG", arguments: faults.indices)
  func wrong(index: Int) {
    let (file, fault) = Self.faults[index]
    #expect(throws: fault) { try Bitmap(reading: file) }
  }

  @Test("refuses a PNG that ends anywhere before its end, and one with any wrong bit")
  func damaged() {
    let file = Self.png.file
    for end in 0..<file.count { #expect(throws: PictureFault.self) { try Bitmap(reading: Array(file[..<end])) } }
    for index in file.indices {
      var file = file
      file[index] ^= 0x10
      #expect(throws: PictureFault.self, "byte \(index)") { try Bitmap(reading: file) }
    }
  }

  @Test("judges the size before anything is decoded", arguments: [(60_000, 60_000), (16_385, 1), (8_000, 8_000)])
  func tooLarge(width: Int, height: Int) {
    let header = Self.header {
      $0.replaceSubrange(0..<8, with: TestPNG.number(width) + TestPNG.number(height))
    }
    let fault = PictureFault.tooLarge(PixelSize(width: width, height: height), PictureLimits())
    #expect(throws: fault) { try Bitmap(reading: Self.file(header, Self.pixels)) }
    #expect(throws: fault) { try PixelSize(reading: Self.file(header, Self.pixels)) }
    #expect(fault.description.contains("\(width) × \(height)") && fault.description.contains("16384 on a side"))
  }

  @Test("decompresses no more than the size asks for")
  func bomb() throws {
    // 64 MiB of zeros in a text that nobody reads.
    let zeros = TestPNG.deflated([UInt8](repeating: 0, count: 64 << 20))
    let file = Self.file(Self.header, TestPNG.chunk("zTXt", Array("a\0\0".utf8) + zeros), Self.pixels)
    #expect(try Bitmap(reading: file) == Bitmap(PixelSize(width: 3, height: 2)))
  }

  @Test("passes a few bytes behind the last pixel, and refuses more", arguments: [0, 1, 1024, 1025, 64 << 20])
  func surplus(count: Int) throws {
    // The picture takes 20 bytes.
    let file = Self.file(
      Self.header, TestPNG.chunk("IDAT", TestPNG.deflated([UInt8](repeating: 0, count: 20 + count))))
    if count <= 1024 {
      #expect(try Bitmap(reading: file) == Bitmap(PixelSize(width: 3, height: 2)))
    } else {
      #expect(throws: PictureFault.damaged("it has more pixels than its size says")) { try Bitmap(reading: file) }
    }
  }

  @Test("reads no more chunks than a picture can need")
  func manyChunks() {
    let many = [[UInt8]](repeating: TestPNG.chunk("tEXt", []), count: 100_000).flatMap { $0 }
    #expect(throws: PictureFault.damaged("it has more than 100000 chunks")) {
      try Bitmap(reading: Self.file(Self.header, many, Self.pixels))
    }
  }

  @Test(
    "names the two formats it reads to whoever sends another",
    arguments: [
      ("RIFF....WEBPVP8 ", "WebP"), ("GIF89a", "GIF"), ("....ftypavif", "AVIF"), ("....ftypheic", "HEIC"),
      ("II*\0", "TIFF"), ("BM" + String(repeating: "x", count: 30), "BMP"), ("<svg>", "SVG"),
    ])
  func otherFormats(bytes: String, name: String) {
    let fault = PictureFault.unsupported(name)
    #expect(throws: fault) { try Bitmap(reading: Array(bytes.utf8)) }
    #expect(fault.description == "the picture is \(name): send PNG or JPEG")
    #expect(throws: PictureFault.unsupported(nil)) { try PixelSize(reading: [1, 2, 3]) }
    #expect(throws: PictureFault.unsupported(nil)) { try Bitmap(reading: []) }
  }
}
