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
    let (ink, opacity, bristles, ragged) = (ink, opacity, bristles, length << 5)
    for row in top...bottom {
      let startU = (left - x) * heading.x + (row - y) * heading.y
      let startV = (row - y) * heading.x - (left - x) * heading.y
      // Only the columns that the band, straight and as wide as its bend makes it, can reach.
      guard let lengthwise = Stroke.columns(startU, heading.x, along, right - left),
        let crosswise = Stroke.columns(startV, -heading.y, wide << 10, right - left), lengthwise.overlaps(crosswise)
      else { continue }
      let columns = lengthwise.clamped(to: crosswise)
      var u = startU + columns.lowerBound * heading.x
      var v = startV - columns.lowerBound * heading.y
      var target = samples + (Int(row) * size.width + Int(left + columns.lowerBound)) * 3
      for _ in columns {
        let place = u >> 10
        let bent = v &+ (place &* place &* curve) >> 10
        let distance = across &- abs(bent)
        if distance > 0 {
          let bristle = UInt64(truncatingIfNeeded: ((bent &+ across) &* perBristle) >> 16)
          let hair = Int32(truncatingIfNeeded: bristles &>> (bristle &* 4) & 15)
          let rest = along &- abs(u) &- hair &* ragged
          if rest > 0 {
            let alpha = (min(256, distance >> 2) &* min(256, rest >> 3) &* opacity) >> 16
            let shade = hair &- 7
            mix(target, ink.red &+ shade, alpha)
            mix(target + 1, ink.green &+ shade, alpha)
            mix(target + 2, ink.blue &+ shade, alpha)
          }
        }
        u &+= heading.x
        v &-= heading.y
        target += 3
      }
    }
  }

  /// A mean of two numbers of 0…255 is one again: `ink` leaves room for its shades.
  @inline(__always)
  private func mix(_ sample: UnsafeMutablePointer<UInt8>, _ other: Int32, _ alpha: Int32) {
    let own = Int32(sample.pointee)
    sample.pointee = UInt8(truncatingIfNeeded: own &+ ((other &- own) &* alpha) >> 8)
  }

  /// The columns 0…last in which start + column × step stays within ±limit; nil for none.
  @inline(__always)
  private static func columns(_ start: Int32, _ step: Int32, _ limit: Int32, _ last: Int32) -> ClosedRange<Int32>? {
    guard step != 0 else { return abs(start) <= limit ? 0...last : nil }
    let (toLow, toHigh) = ((-limit - start) / step, (limit - start) / step)
    // Division rounds towards zero: one more on either side does no harm.
    let (first, end) = (max(0, min(toLow, toHigh) - 1), min(last, max(toLow, toHigh) + 1))
    return first <= end ? first...end : nil
  }
}
