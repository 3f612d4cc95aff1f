import Testing

@testable import Pictures

@Suite struct PainterTests {
  static let image = Samples.picture.scaled(to: PixelSize(width: 160, height: 120))
  static let count = image.size.pixels

  static func map(_ grey: UInt8) -> [UInt8] { [UInt8](repeating: grey, count: count) }

  static func painted(_ map: [UInt8], _ change: (inout Repaint) -> Void = { _ in }) -> Bitmap {
    var repaint = Repaint(prompt: "a garden", seed: 3)
    change(&repaint)
    return Painter(repaint).blend(image, map: map)
  }

  /// The mean difference of the samples.
  static func difference(_ a: Bitmap, _ b: Bitmap) -> Double {
    Double(zip(a.samples, b.samples).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }) / Double(a.samples.count)
  }

  @Test("keeps pixel for pixel what the map keeps wholly", arguments: MapPolarity.allCases)
  func kept(polarity: MapPolarity) {
    let keeping: UInt8 = polarity == .blackChanges ? 255 : 0
    let map = (0..<Self.count).map { $0 % 160 < 80 ? keeping : UInt8($0 % 250 + 3) }
    var repaint = Repaint(prompt: "a garden", seed: 3)
    repaint.polarity = polarity
    repaint.strength = 1000
    let result = Painter(repaint).paint(Self.image, map: map)
    var changed = 0
    for pixel in 0..<Self.count {
      let own = Self.image.samples[pixel * 3..<pixel * 3 + 3]
      if map[pixel] == keeping {
        #expect(result.samples[pixel * 3..<pixel * 3 + 3] == own, "pixel \(pixel)")
      } else if result.samples[pixel * 3..<pixel * 3 + 3] != own {
        changed += 1
      }
    }
    #expect(changed > Self.count / 3)
    #expect(Painter(repaint).paint(Self.image, map: Self.map(keeping)) == Self.image)
  }

  @Test("changes the more the more the map asks, over ten levels")
  func levels() {
    let changes = stride(from: 0, through: 252, by: 28).reversed().map {
      Self.difference(Self.painted(Self.map(UInt8($0))), Self.image)
    }
    #expect(changes.count == 10 && zip(changes, changes.dropFirst()).allSatisfy { $0 < $1 }, "\(changes)")
    #expect(changes[9] > 15)
  }

  @Test("changes the more the greater the strength, over five")
  func strengths() {
    let changes = [200, 400, 600, 800, 1000].map { strength in
      Self.difference(Self.painted(Self.map(60)) { $0.strength = strength }, Self.image)
    }
    #expect(zip(changes, changes.dropFirst()).allSatisfy { $0 < $1 }, "\(changes)")
  }

  @Test("knows one level more than there are steps", arguments: [1, 2, 5, 50])
  func quantised(steps: Int) {
    var repaint = Repaint(prompt: "", seed: 0)
    repaint.steps = steps
    let weights = repaint.weights
    #expect(Set(weights).count == steps + 1)
    #expect(weights[255] == 0 && zip(weights, weights.dropFirst()).allSatisfy { $0 >= $1 })
    // Kept while map > i/N: what is at most 1/N is free from the first or second step on.
    #expect(weights[255 / steps] > 0 || steps == 1)
  }

  @Test("at two steps the picture has three levels and no more")
  func twoSteps() {
    let slope = (0..<Self.count).map { UInt8($0 % 160 * 255 / 159) }
    let result = Self.painted(slope) { $0.steps = 2 }
    let flat = [0, 127, 255].map { grey in Self.painted(Self.map(grey)) { $0.steps = 2 }.samples }
    #expect(flat[0] != flat[1] && flat[1] != flat[2])
    for index in result.samples.indices {
      #expect(flat.contains { $0[index] == result.samples[index] })
      #expect(result.samples[index] == flat[slope[index / 3] == 0 ? 0 : slope[index / 3] <= 127 ? 1 : 2][index])
    }
  }

  @Test("is another picture for another prompt, seed or number, and the same for the same")
  func variety() {
    let map = Self.map(0)
    let pictures = [
      Self.painted(map), Self.painted(map) { $0.prompt = "a gardens" }, Self.painted(map) { $0.seed = 4 },
      Self.painted(map) { $0.index = 1 },
    ]
    for (index, picture) in pictures.enumerated() {
      for other in pictures.dropFirst(index + 1) { #expect(Self.difference(picture, other) > 1) }
    }
    #expect(Self.painted(map) == pictures[0])
  }

  @Test("guidance raises the contrast")
  func guidance() {
    let spreads = [100, 350, 1000, 2000].map { guidance in
      let greys = Self.painted(Self.map(0)) { $0.guidance = guidance }.greys.map(Int.init)
      let mean = greys.reduce(0, +) / greys.count
      return greys.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / greys.count
    }
    #expect(zip(spreads, spreads.dropFirst()).allSatisfy { $0 < $1 }, "\(spreads)")
  }

  @Test("follows the large shapes and colours of its input")
  func shapes() {
    func large(_ bitmap: Bitmap) -> [Int] {
      bitmap.scaled(to: PixelSize(width: 8, height: 6)).greys.map(Int.init)
    }
    let (own, painted) = (large(Self.image), large(Self.painted(Self.map(0))))
    func deviations(_ values: [Int]) -> [Int] { values.map { $0 - values.reduce(0, +) / values.count } }
    let (a, b) = (deviations(own), deviations(painted))
    func dot(_ a: [Int], _ b: [Int]) -> Double { Double(zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }) }
    #expect(dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot() > 0.8)
  }

  @Test("paints any size", arguments: [(1, 1), (2, 900), (3000, 2), (1400, 90)])
  func sizes(width: Int, height: Int) {
    let image = Bitmap(PixelSize(width: width, height: height), grey: 90)
    let map = [UInt8](repeating: 0, count: width * height)
    let result = Painter(Repaint(prompt: "glittering snow", seed: .max)).paint(image, map: map)
    #expect(result.size == image.size && result != image)
  }

  @Test("draws the same bytes on every machine")
  func golden() {
    func hash(_ bitmap: Bitmap) -> UInt64 {
      bitmap.samples.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
    #expect(hash(Samples.picture) == 0x2A45_E5DC_8450_9C4F)
    #expect(hash(Samples.changeMap) == 0x1480_81EA_9B15_0298)
    let repaint = Repaint(prompt: "Tree of life under the sea, glittering", seed: 42)
    #expect(hash(Painter(repaint).paint(Samples.picture, map: Samples.changeMap.greys)) == 0x6365_7FD8_9744_29B9)
  }
}
