/// A painting in the making: strokes of a brush over the colours of a study.
struct Canvas {
  private(set) var bitmap: Bitmap
  private let study: Study

  /// The longest side that is painted; larger pictures show the painting enlarged.
  static let side = 1280

  init(_ study: Study, _ size: PixelSize) {
    self.study = study
    bitmap = Bitmap(study.size, samples: study.colours).scaled(to: size)
  }

  /// A layer of strokes.
  struct Layer {
    /// Half the width of a stroke, in 1/1024 of the longer side.
    let width: Int32
    /// Half the length, in widths.
    let length: Int32
    /// Strokes are laid only where edges are at least so strong.
    let edge: UInt8
    let opacity: Int32

    static let all = [
      Layer(width: 22, length: 3, edge: 0, opacity: 205), Layer(width: 11, length: 4, edge: 0, opacity: 190),
      Layer(width: 5, length: 5, edge: 14, opacity: 205), Layer(width: 3, length: 5, edge: 40, opacity: 225),
    ]
  }

  /// Paints a layer, in an order that shows no rows.
  mutating func paint(_ layer: Layer, _ random: inout SplitMix64, _ stop: StopSign) {
    let longest = Int32(max(bitmap.size.width, bitmap.size.height))
    let half = max(1, layer.width * longest / 1024)
    let gap = max(2, half * 2)
    let columns = (Int32(bitmap.size.width) + gap - 1) / gap + 1
    let rows = (Int32(bitmap.size.height) + gap - 1) / gap + 1
    let count = columns * rows
    // A step near the golden part of the count that shares no divisor with it visits every cell once.
    var step = count * 618 / 1000 | 1
    while Canvas.divisor(step, count) != 1 { step += 2 }
    var cell: Int32 = 0
    for _ in 0..<count where !stop.isUp {
      cell = Int32((Int(cell) + Int(step)) % Int(count))
      let x = cell % columns * gap + random.next(-gap / 2...gap / 2)
      let y = cell / columns * gap + random.next(-gap / 2...gap / 2)
      let shade = random.next(-9...9)
      let bend = random.next(-90...90)
      let length = half * layer.length + random.next(0...half)
      let bristles = random.next()
      guard x >= 0, y >= 0, x < Int32(bitmap.size.width), y < Int32(bitmap.size.height) else { continue }
      let place =
        Int(y) * study.size.height / bitmap.size.height * study.size.width
        + Int(x) * study.size.width / bitmap.size.width
      guard study.edges[place] >= layer.edge else { continue }
      let ink = study.colours.withUnsafeBufferPointer { Ink($0.baseAddress! + place * 3) }.lighter(by: shade).within(
        8...247)
      let stroke = Stroke(
        x: x, y: y, heading: study.headings[place], half: half, length: length, bend: bend, ink: ink,
        opacity: layer.opacity, bristles: bristles)
      let size = bitmap.size
      bitmap.samples.withUnsafeMutableBufferPointer { stroke.draw(on: $0.baseAddress!, size) }
    }
  }

  private static func divisor(_ a: Int32, _ b: Int32) -> Int32 { b == 0 ? a : divisor(b, a % b) }

  /// Changes the picture as it is.
  mutating func withSamples(_ body: (UnsafeMutablePointer<UInt8>, PixelSize) -> Void) {
    let size = bitmap.size
    bitmap.samples.withUnsafeMutableBufferPointer { body($0.baseAddress!, size) }
  }
}
