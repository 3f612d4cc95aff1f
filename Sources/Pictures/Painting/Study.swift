/// The large shapes and colours of a picture, small and without detail, in the colours of a style, and the direction a brush
/// would take at each place.
struct Study {
  let size: PixelSize
  /// RGB.
  private(set) var colours: [UInt8]
  /// How the brush goes, and how strongly the place asks for it.
  private(set) var headings: [Heading]
  private(set) var edges: [UInt8]

  private static let side = 320
  private static let reach = 3

  init(_ image: Bitmap, _ style: Style, guidance: Int32, noise: Noise) {
    let small = image.scaled(to: image.size.fitting(Study.side))
    size = small.size
    colours = Study.simplified(small)
    (headings, edges) = Study.flow(Bitmap(size, samples: colours).greys, size, noise)
    tint(style, guidance, noise)
  }

  /// The mean of that of four corners of the neighbourhood which varies least (Kuwahara 1976): flat shapes, sharp edges.
  private static func simplified(_ image: Bitmap) -> [UInt8] {
    let (width, height) = (image.size.width, image.size.height)
    let greys = image.greys
    func clamped(_ count: Int) -> [Int] { (-reach..<count + reach).map { max(0, min(count - 1, $0)) } }
    let (columns, rows) = (clamped(width), clamped(height))
    return [UInt8](unsafeUninitializedCapacity: image.samples.count) { output, count in
      image.samples.withUnsafeBufferPointer { samples in
        greys.withUnsafeBufferPointer { greys in
          columns.withUnsafeBufferPointer { columns in
            for y in 0..<height {
              for x in 0..<width {
                var (least, best) = (Int32.max, Ink(0, 0, 0))
                for corner in 0..<4 {
                  let (left, top) = (corner & 1 == 0 ? 0 : reach, corner & 2 == 0 ? 0 : reach)
                  var (sum, squares, ink): (Int32, Int32, Ink) = (0, 0, Ink(0, 0, 0))
                  for row in y + top...y + top + reach {
                    let start = rows[row] * width
                    for column in x + left...x + left + reach {
                      let index = start + columns[column]
                      let grey = Int32(greys[index])
                      sum += grey
                      squares += grey * grey
                      ink.red += Int32(samples[index * 3])
                      ink.green += Int32(samples[index * 3 + 1])
                      ink.blue += Int32(samples[index * 3 + 2])
                    }
                  }
                  let variance = squares - sum * sum / 16
                  if variance < least { (least, best) = (variance, ink) }
                }
                Ink(best.red / 16, best.green / 16, best.blue / 16).write(
                  to: output.baseAddress! + (y * width + x) * 3)
              }
            }
          }
        }
      }
      count = image.samples.count
    }
  }

  /// Along the edges where there are some, else as the noise drifts.
  private static func flow(_ greys: [UInt8], _ size: PixelSize, _ noise: Noise) -> ([Heading], [UInt8]) {
    var headings: [Heading] = []
    var edges: [UInt8] = []
    headings.reserveCapacity(size.pixels)
    edges.reserveCapacity(size.pixels)
    let unit = Int32(256 * 3 / max(1, max(size.width, size.height)) + 1)
    greys.withUnsafeBufferPointer { greys in
      for y in 0..<size.height {
        let (above, below) = (max(0, y - 2) * size.width, min(size.height - 1, y + 2) * size.width)
        for x in 0..<size.width {
          let (left, right) = (max(0, x - 2), min(size.width - 1, x + 2))
          func grey(_ row: Int, _ column: Int) -> Int32 { Int32(greys[row + column]) }
          let row = y * size.width
          let across =
            grey(above, right) - grey(above, left) + 2 * (grey(row, right) - grey(row, left))
            + grey(below, right) - grey(below, left)
          let down =
            grey(below, left) - grey(above, left) + 2 * (grey(below, x) - grey(above, x))
            + grey(below, right) - grey(above, right)
          let drift = Heading(turn: noise.fractal(Int32(x) * unit, Int32(y) * unit, octaves: 2) * 2)
          var (alongX, alongY) = (-down, across)
          if alongX * drift.x + alongY * drift.y < 0 { (alongX, alongY) = (-alongX, -alongY) }
          headings.append(Heading(alongX * 16 + drift.x, alongY * 16 + drift.y))
          edges.append(Ink.byte((abs(across) + abs(down)) / 4))
        }
      }
    }
    return (headings, edges)
  }

  /// The style's colours in place of the picture's own, of which a part stays; bent by noise that is itself bent.
  private mutating func tint(_ style: Style, _ guidance: Int32, _ noise: Noise) {
    let size = size
    let unit = Int32(256 * 4 / max(1, max(size.width, size.height)) + 1)
    colours.withUnsafeMutableBufferPointer { colours in
      for y in 0..<size.height {
        for x in 0..<size.width {
          let place = colours.baseAddress! + (y * size.width + x) * 3
          let own = Ink(UnsafePointer(place))
          let (column, row) = (Int32(x) * unit, Int32(y) * unit)
          let bend = noise.value(column + 9000, row) * 3
          let cloud = noise.fractal(column + bend, row - bend + 4000, octaves: 3) - 128
          let grey = own.grey
          var ink = style.palette[grey + cloud / 3]
          ink = ink.mixed(
            with: Ink(ink.red + own.red - grey, ink.green + own.green - grey, ink.blue + own.blue - grey), 110)
          if style.isWash { ink = ink.mixed(with: Ink(250, 247, 240), 90) }
          if style.isGrey { ink = Ink(ink.grey, ink.grey, ink.grey) }
          Study.strengthened(ink, guidance).write(to: place)
        }
      }
    }
  }

  /// More contrast and more colour the higher the guidance, which is in hundredths.
  @inline(__always)
  private static func strengthened(_ ink: Ink, _ guidance: Int32) -> Ink {
    let contrast = 232 + min(guidance, 3500) * 6 / 100
    let colour = 220 + min(guidance, 3500) * 10 / 100
    let grey = ink.grey
    let base = 124 + ((grey - 124) * contrast) >> 8
    func channel(_ value: Int32) -> Int32 { base + ((value - grey) * colour) >> 8 }
    return Ink(channel(ink.red), channel(ink.green), channel(ink.blue))
  }
}
