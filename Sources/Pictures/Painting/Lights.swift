extension Canvas {
  /// Stars or flakes over the painting.
  mutating func scatter(_ lights: Style.Lights, _ random: inout SplitMix64) {
    guard lights != .none else { return }
    let longest = Int32(max(bitmap.size.width, bitmap.size.height))
    for index in 0..<(lights == .glints ? 90 : 320) {
      let x = random.next(0...Int32(bitmap.size.width) - 1)
      let y = random.next(0...Int32(bitmap.size.height) - 1)
      let isLarge = index % 12 == 0
      let radius = max(2, longest * random.next(isLarge ? 10...18 : 2...6) / 1024)
      let strength = random.next(90...210)
      glow(x, y, radius, strength, flares: lights == .glints && isLarge)
    }
  }

  /// Light that fades with the distance, with four rays if it `flares`.
  private mutating func glow(_ x: Int32, _ y: Int32, _ radius: Int32, _ strength: Int32, flares: Bool) {
    let reach = flares ? radius * 2 : radius
    withSamples { samples, size in
      for row in max(0, y - reach)...min(Int32(size.height) - 1, y + reach) {
        for column in max(0, x - reach)...min(Int32(size.width) - 1, x + reach) {
          let (across, down) = (abs(column - x), abs(row - y))
          let fade = max(0, 256 - (across * across + down * down) * 256 / (radius * radius))
          var part = (fade * fade * strength) >> 16
          if flares {
            let ray = max(0, 256 - max(across, down) * 256 / reach) * max(0, 256 - min(across, down) * 160)
            part = max(part, ((ray >> 8) * strength) >> 8)
          }
          guard part > 0 else { continue }
          let target = samples + (Int(row) * size.width + Int(column)) * 3
          Ink(UnsafePointer(target)).mixed(with: Ink(255, 252, 240), part).write(to: target)
        }
      }
    }
  }
}
