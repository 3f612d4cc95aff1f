/// Draws a picture from a prompt and a seed: coloured waves. Integers only, so that the same input gives the same bytes
/// everywhere.
struct ImageMaker {
  private static let tableSize = 1024
  /// One period of a soft wave from 0 to 255 and back.
  private static let wave: [UInt8] = (0..<tableSize).map { index in
    let half = tableSize / 2
    let rise = index < half ? index : tableSize - index
    // Smoothstep of rise / half, in integers.
    return UInt8(255 * rise * rise * (3 * half - 2 * rise) / (half * half * half))
  }

  private struct Ripple {
    var alongX: Int
    var alongY: Int
    var phase: Int
  }

  private struct Tint {
    var turns: Int
    var phase: Int
  }

  private var ripples: [Ripple] = []
  private var tints: [Tint] = []

  /// The picture number `index` of a request.
  init(prompt: String, seed: UInt64, index: Int) {
    var random = SplitMix64(state: seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15 ^ SplitMix64.hash(prompt))
    func number(_ range: ClosedRange<Int>) -> Int { Int(random.next() % UInt64(range.count)) + range.lowerBound }
    for _ in 0..<4 {
      ripples.append(Ripple(alongX: number(-3...3), alongY: number(-3...3), phase: number(0...1023)))
    }
    for _ in 0..<3 { tints.append(Tint(turns: number(1...3), phase: number(0...1023))) }
  }

  /// RGB samples, row after row.
  func draw(_ size: ImageSize) -> [UInt8] {
    let mask = ImageMaker.tableSize - 1
    // What a sum of the ripples (0...1020) looks like in each colour.
    let palette = (0..<ImageMaker.tableSize).map { level in
      tints.map { ImageMaker.wave[(level * $0.turns + $0.phase) & mask] }
    }
    let red = palette.map { $0[0] }
    let green = palette.map { $0[1] }
    let blue = palette.map { $0[2] }
    // Phases advance in 1/65536 of a table step, so that any size shows the same picture.
    let steps = ripples.map { ripple in
      (x: ripple.alongX * mask << 16 / size.width, y: ripple.alongY * mask << 16 / size.height)
    }
    return [UInt8](unsafeUninitializedCapacity: size.pixels * 3) { output, initialized in
      ImageMaker.wave.withUnsafeBufferPointer { wave in
        var target = 0
        for y in 0..<size.height {
          var a = ripples[0].phase << 16 + steps[0].y * y
          var b = ripples[1].phase << 16 + steps[1].y * y
          var c = ripples[2].phase << 16 + steps[2].y * y
          var d = ripples[3].phase << 16 + steps[3].y * y
          for _ in 0..<size.width {
            let level =
              Int(wave[a >> 16 & mask]) + Int(wave[b >> 16 & mask]) + Int(wave[c >> 16 & mask])
              + Int(wave[d >> 16 & mask])
            output[target] = red[level]
            output[target + 1] = green[level]
            output[target + 2] = blue[level]
            target += 3
            a += steps[0].x
            b += steps[1].x
            c += steps[2].x
            d += steps[3].x
          }
        }
      }
      initialized = size.pixels * 3
    }
  }
}
