/// One stroke of a brush: a bent band with ragged ends and traces of bristles.
struct Stroke {
  let x: Int32
  let y: Int32
  let heading: Heading
  /// Half its width and half its length, in pixels.
  let half: Int32
  let length: Int32
  /// How much it is bent.
  let bend: Int32
  let ink: Ink
  let opacity: Int32
  let bristles: UInt64

  func draw(on samples: UnsafeMutablePointer<UInt8>, _ size: PixelSize) {
    let swell = abs(bend) * length * length / (max(1, half) * 16 * 1024) + 1
    let (wide, long) = (half + swell, length)
    let reachX = (abs(heading.x) * long + abs(heading.y) * wide) >> 10 + 1
    let reachY = (abs(heading.y) * long + abs(heading.x) * wide) >> 10 + 1
    let (left, right) = (max(0, x - reachX), min(Int32(size.width) - 1, x + reachX))
    let (top, bottom) = (max(0, y - reachY), min(Int32(size.height) - 1, y + reachY))
    guard left <= right, top <= bottom else { return }
    let (across, along) = (half << 10, length << 10)
    // Sixteen bristles side by side.
    let perBristle = (16 << 16) / max(1, across * 2)
    let curve = bend * 64 / max(1, half)
    for row in top...bottom {
      var u = (left - x) * heading.x + (row - y) * heading.y
      var v = (row - y) * heading.x - (left - x) * heading.y
      var target = samples + (Int(row) * size.width + Int(left)) * 3
      for _ in left...right {
        let place = u >> 10
        let bent = v + (place * place * curve) >> 10
        let distance = across - abs(bent)
        if distance > 0 {
          let bristle = UInt64(((bent + across) * perBristle) >> 16)
          let hair = Int32(truncatingIfNeeded: bristles >> (bristle * 4) & 15)
          let rest = along - abs(u) - hair * (length << 5)
          if rest > 0 {
            let alpha = (min(256, distance >> 2) * min(256, rest >> 3) * opacity) >> 16
            let tone = ink.lighter(by: hair - 7)
            Ink(UnsafePointer(target)).mixed(with: tone, alpha).write(to: target)
          }
        }
        u += heading.x
        v -= heading.y
        target += 3
      }
    }
  }
}
