import Testing

@testable import Pictures

@Suite struct ScalingTests {
  @Test("takes the mean where it shrinks")
  func shrinks() {
    let samples: [UInt8] = [0, 100, 200, 40, 10, 30]
    let from = PixelSize(width: 3, height: 2)
    #expect(Scaling.scale(samples, from: from, to: PixelSize(width: 1, height: 1), channels: 1) == [63])
    #expect(Scaling.scale(samples, from: from, to: PixelSize(width: 3, height: 1), channels: 1) == [20, 55, 115])
    #expect(Scaling.scale(samples, from: from, to: from, channels: 1) == samples)
  }

  @Test("goes evenly from neighbour to neighbour where it grows")
  func grows() {
    let wide = Scaling.scale(
      [0, 255], from: PixelSize(width: 2, height: 1), to: PixelSize(width: 6, height: 2), channels: 1)
    #expect(wide == [0, 51, 102, 152, 203, 255, 0, 51, 102, 152, 203, 255])
  }

  @Test("what is wholly white or black stays so", arguments: [0, 255] as [UInt8], [(1, 1), (7, 5), (300, 200)])
  func extremes(grey: UInt8, size: (width: Int, height: Int)) {
    let map = Bitmap(PixelSize(width: 31, height: 17), grey: grey)
    let scaled = map.scaled(to: PixelSize(width: size.width, height: size.height)).greys
    #expect(scaled.allSatisfy { $0 == grey } && scaled.count == size.width * size.height)
  }

  @Test("keeps proportions, and no side is lost")
  func fitting() {
    #expect(PixelSize(width: 4096, height: 1024).fitting(2048) == PixelSize(width: 2048, height: 512))
    #expect(PixelSize(width: 1_000_000, height: 1).fitting(2048) == PixelSize(width: 2048, height: 1))
    #expect(PixelSize(width: 10, height: 20).fitting(20) == PixelSize(width: 10, height: 20))
  }
}
