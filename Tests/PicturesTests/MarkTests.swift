import Testing

@testable import Pictures

@Suite struct MarkTests {
  static let size = PixelSize(width: 200, height: 100)

  /// The pixels that differ between a grey picture and the same with the mark.
  static func marked(where isRepainted: (Int) -> Bool) -> [Int] {
    let plain = Bitmap(size, grey: 120)
    var bitmap = plain
    Mark.stamp(&bitmap, where: isRepainted)
    return (0..<size.pixels).filter { bitmap.samples[$0 * 3] != plain.samples[$0 * 3] }
  }

  @Test("lies in the lower right corner, if that was repainted")
  func corner() {
    let pixels = Self.marked { _ in true }
    #expect(pixels.count > 50)
    #expect(pixels.allSatisfy { $0 % 200 > 160 && $0 / 200 > 90 })
  }

  @Test("lies in repainted pixels only")
  func elsewhere() {
    let pixels = Self.marked { $0 % 200 < 90 && $0 / 200 < 40 }
    #expect(pixels.count > 50)
    #expect(pixels.allSatisfy { $0 % 200 < 90 && $0 / 200 < 40 })
    #expect(Self.marked { $0 % 3 == 0 }.isEmpty)
    #expect(Self.marked { _ in false }.isEmpty)
  }

  @Test("goes with the file as a text")
  func note() {
    let file = PNGWriter.write(Bitmap(Self.size), note: Mark.note)
    let text = Array("tEXtComment\0\(Mark.note)".utf8)
    #expect((0..<200).contains { file[$0...].starts(with: text) })
  }
}
