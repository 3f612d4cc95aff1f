/// Colours from dark to light.
struct Palette {
  /// 256 of them.
  private let colours: [Ink]

  /// Evenly between the stops.
  init(_ stops: [Ink]) {
    let gaps = Int32(stops.count - 1)
    colours = (0..<256).map { level in
      let place = Int32(level) * gaps * 256 / 255
      let first = min(place >> 8, gaps - 1)
      return stops[Int(first)].mixed(with: stops[Int(first) + 1], place - first << 8)
    }
  }

  /// A harmony of cool shadows and warm lights, or the other way round, from random numbers.
  init(_ random: inout SplitMix64) {
    let hue = random.next(0...1535)
    let turn = random.next(0...1) * 2 - 1
    let spread = random.next(500...900) * turn
    self.init([
      Ink(hue: hue, saturation: 170, value: 34), Ink(hue: hue + spread / 8, saturation: 165, value: 96),
      Ink(hue: hue + spread / 3, saturation: 135, value: 160),
      Ink(hue: hue + spread * 2 / 3, saturation: 120, value: 214),
      Ink(hue: hue + spread, saturation: 50, value: 250),
    ])
  }

  /// The colour of a brightness.
  @inline(__always)
  subscript(level: Int32) -> Ink { colours[Int(max(0, min(255, level)))] }

  /// Between this one and another.
  func mixed(with other: Palette, _ part: Int32) -> Palette {
    Palette((0..<9).map { self[$0 * 255 / 8].mixed(with: other[$0 * 255 / 8], part) })
  }
}
