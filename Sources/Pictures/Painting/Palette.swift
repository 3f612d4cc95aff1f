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

  /// The colour of a brightness.
  @inline(__always)
  subscript(level: Int32) -> Ink { colours[Int(max(0, min(255, level)))] }

  /// Between this one and another.
  func mixed(with other: Palette, _ part: Int32) -> Palette {
    Palette((0..<9).map { self[$0 * 255 / 8].mixed(with: other[$0 * 255 / 8], part) })
  }
}
