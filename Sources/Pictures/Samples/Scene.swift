/// A landscape: sky and sun, ridges in the haze, a lake, a near shore; and how near everything is.
struct Scene {
  private(set) var picture: Sketch
  /// Near is light, far is dark.
  private(set) var nearness: Sketch
  private var random: SplitMix64
  private let noise: Noise
  private let horizon: Int32
  private let width: Int32
  private let height: Int32

  init(_ size: PixelSize, seed: UInt64) {
    picture = Sketch(size)
    nearness = Sketch(size)
    random = SplitMix64(state: seed)
    noise = Noise(seed: UInt32(truncatingIfNeeded: random.next()))
    width = Int32(size.width)
    height = Int32(size.height)
    horizon = height * random.next(56...64) / 100
    drawSky()
    for layer in 0..<4 as Range<Int32> { drawRidge(layer) }
    drawLake()
    drawShore()
  }

  /// A length given in thousandths of the width.
  private func across(_ part: Int32) -> Int32 { part * width / 1000 }

  private mutating func drawSky() {
    let (noise, horizon) = (noise, horizon)
    let (sunX, sunY) = (width * random.next(60...80) / 100, horizon * random.next(50...66) / 100)
    let radius = max(2, across(42))
    let unit = 256 * 4 * 16 / max(1, width)
    picture.fill { x, y, _ in
      let down = min(256, y * 256 / max(1, horizon))
      var ink = Ink(0x3F6FB0).mixed(with: Ink(0x9CC3DD), min(256, down * 3 / 2)).mixed(
        with: Ink(0xF9DDB1), max(0, down - 96) * 256 / 160)
      let cloud = noise.fractal((x * unit) >> 4, (y * unit) >> 2, octaves: 4) - 118
      if cloud > 0 { ink = ink.mixed(with: Ink(0xFFF3E2), min(200, cloud * 5) * (300 - down) / 300) }
      let (right, below) = (Int64(x - sunX), Int64(y - sunY))
      let distance = Int32(truncatingIfNeeded: Heading.root(Int(right * right + below * below)))
      ink = ink.mixed(with: Ink(0xFFE9B0), max(0, 200 - distance * 200 / max(1, radius * 6)))
      return ink.mixed(with: Ink(0xFFFBEA), max(0, min(256, (radius - distance) * 128 + 128)))
    }
  }

  private mutating func drawRidge(_ layer: Int32) {
    let (noise, horizon) = (noise, horizon)
    let tall = height * (30 - layer * 6) / 100
    let unit = (256 * (3 + layer * 2)) * 16 / max(1, width)
    let tops = (0..<width).map { x in
      horizon + height * layer / 160 - tall / 4 - noise.fractal((x * unit) >> 4, layer * 3000, octaves: 5) * tall / 300
    }
    let ink = [Ink(0x9FB4C8), Ink(0x7A98A8), Ink(0x557A78), Ink(0x3A5F4C)][Int(layer)]
    let near = 30 + layer * 28
    picture.fill { x, y, own in
      let below = y - tops[Int(x)]
      guard below >= 0, y <= horizon + 40 else { return own }
      // Light from above, haze in the valleys.
      let grain = (noise.fractal(x * 12, y * 24 + layer * 999, octaves: 4) - 128) / 7
      return ink.lighter(by: max(-14, 14 - below / 4) + grain).mixed(
        with: Ink(0xE8DCC4), min(90, below * (5 - layer) / 4))
    }
    nearness.fill { x, y, own in y >= tops[Int(x)] ? Ink(near, near, near) : own }
  }

  private mutating func drawLake() {
    let (noise, horizon, height) = (noise, horizon, height)
    let source = picture.bitmap
    picture.fill { x, y, own in
      guard y > horizon + height / 50 else { return own }
      let depth = y - horizon - height / 50
      let wave = (noise.value(x * 6 + depth * 20, depth * 160) - 128) * depth / 900
      // Twice as much of the sky on half the depth: water lies flat.
      let row = max(0, min(horizon, horizon - depth * 3 / 2 + wave))
      let column = max(0, min(Int32(source.size.width) - 1, x + wave / 3))
      let mirrored = source.samples.withUnsafeBufferPointer {
        Ink($0.baseAddress! + (Int(row) * source.size.width + Int(column)) * 3)
      }
      return mirrored.mixed(with: Ink(0x24506A), 70 + depth * 90 / max(1, height)).lighter(by: wave)
    }
    nearness.fill { _, y, own in
      guard y > horizon + height / 50 else { return own }
      let near = 130 + (y - horizon) * 100 / max(1, height - horizon)
      return Ink(near, near, near)
    }
  }

  private mutating func drawShore() {
    let (noise, height, width) = (noise, height, width)
    let unit = 256 * 5 * 16 / max(1, width)
    let tops = (0..<width).map { x in
      let slope = (x - width / 3) * (x - width / 3) / max(1, width * width / (height * 9 / 40 + 1))
      return height * 80 / 100 + slope - noise.fractal((x * unit) >> 4, 20_000, octaves: 4) * height / 3600
    }
    picture.fill { x, y, own in
      let below = y - tops[Int(x)]
      guard below >= 0 else { return own }
      let blades = (noise.value(x * 90, y * 22) - 128) / 6 + (noise.fractal(x * 5, y * 9, octaves: 3) - 128) / 3
      return Ink(0x6E8A3C).mixed(with: Ink(0x243A1E), min(256, below * 2)).lighter(by: blades)
    }
    nearness.fill { x, y, own in y >= tops[Int(x)] - 3 ? Ink(255, 255, 255) : own }
  }

  /// A tree on the near shore.
  mutating func plantTree() {
    let (x, y) = (width * 16 * 34 / 100, height * 16 * 84 / 100)
    grow(x, y, turn: 192, length: height * 16 * 17 / 100, thickness: height * 16 * 24 / 1000, depth: 0)
  }

  private mutating func grow(_ x: Int32, _ y: Int32, turn: Int32, length: Int32, thickness: Int32, depth: Int32) {
    let heading = Heading(turn: turn)
    let steps = max(1, length / 24)
    for step in 0...steps {
      let (right, down) = (x + heading.x * length / 1024 * step / steps, y + heading.y * length / 1024 * step / steps)
      let radius = max(10, thickness - thickness * step / (steps * 3))
      picture.disc(right, down, radius, Ink(0x3B2A20))
      picture.disc(right + radius / 3, down - radius / 4, radius / 2, Ink(0x7A5A40), opacity: 90)
      nearness.disc(right, down, radius + 200, Ink(255, 255, 255))
    }
    let (endX, endY) = (x + heading.x * length / 1024, y + heading.y * length / 1024)
    if depth >= 4 { leaf(endX, endY) }
    guard depth < 7 else { return }
    for side in [-1, 1] as [Int32] {
      let bend = side * random.next(14...30) + random.next(-6...6)
      // Branches strive upwards, a little.
      let next = turn + bend + (192 - turn - bend) / 12
      grow(
        endX, endY, turn: next, length: length * random.next(68...84) / 100, thickness: thickness * 66 / 100,
        depth: depth + 1)
    }
  }

  private mutating func leaf(_ x: Int32, _ y: Int32) {
    let inks = [Ink(0x3E6B2A), Ink(0x5A8A34), Ink(0x86A83E), Ink(0xB9B24A), Ink(0xD9A441)]
    for _ in 0..<14 {
      let reach = height * 16 * 3 / 100
      let (right, down) = (x + random.next(-reach...reach), y + random.next(-reach...reach))
      // Lit from the right above.
      let light = (right - down - x + y) / max(1, reach / 2) + random.next(0...3)
      picture.disc(right, down, height * 16 * random.next(3...8) / 1000, inks[Int(max(0, min(4, light)))], opacity: 225)
    }
    nearness.disc(x, y, height * 16 * 48 / 1000, Ink(255, 255, 255))
  }
}
