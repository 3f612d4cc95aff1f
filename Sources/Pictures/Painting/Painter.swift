/// Stands in for the model: repaints a picture as strongly as a map says at each pixel, in integers, so that the same input gives
/// the same bytes on every machine.
package struct Painter {
  private let repaint: Repaint
  private let stop: StopSign

  /// - Parameter stop: after which the picture is left as it is.
  package init(_ repaint: Repaint, stop: StopSign = StopSign()) {
    self.repaint = repaint
    self.stop = stop
  }

  /// The picture, with what its map wholly keeps as it was, and with a mark where it was repainted.
  /// - Parameter map: the greys of a map of the picture's size.
  package func paint(_ image: Bitmap, map: [UInt8]) -> Bitmap {
    let weights = repaint.weights
    var result = blend(image, map: map)
    Mark.stamp(&result) { weights[Int(map[$0])] > 0 }
    return result
  }

  /// The picture without the mark.
  func blend(_ image: Bitmap, map: [UInt8]) -> Bitmap {
    precondition(map.count == image.size.pixels)
    let weights = repaint.weights
    guard map.contains(where: { weights[Int($0)] > 0 }) else { return image }
    let small = painting(of: image)
    if stop.isUp { return image }
    let painting = small.scaled(to: image.size)
    var result = image
    result.samples.withUnsafeMutableBufferPointer { samples in
      painting.samples.withUnsafeBufferPointer { painting in
        map.withUnsafeBufferPointer { map in
          weights.withUnsafeBufferPointer { weights in
            for pixel in 0..<map.count {
              let weight = weights[Int(map[pixel])]
              for index in pixel * 3..<pixel * 3 + 3 {
                let own = Int32(samples[index])
                samples[index] = UInt8(truncatingIfNeeded: own + ((Int32(painting[index]) - own) * weight + 128) >> 8)
              }
            }
          }
        }
      }
    }
    return result
  }

  /// The picture painted anew, whole.
  private func painting(of image: Bitmap) -> Bitmap {
    var random = SplitMix64(
      state: repaint.seed &+ UInt64(truncatingIfNeeded: repaint.index) &* 0x9E37_79B9_7F4A_7C15
        ^ SplitMix64.hash(repaint.prompt))
    let style = Style(repaint.prompt, &random)
    let noise = Noise(seed: UInt32(truncatingIfNeeded: random.next()))
    let study = Study(image, style, guidance: Int32(clamping: repaint.guidance), noise: noise)
    var canvas = Canvas(study, image.size.fitting(Canvas.side))
    for layer in Canvas.Layer.all { canvas.paint(layer, &random, stop) }
    canvas.scatter(style.lights, &random)
    return canvas.bitmap
  }
}
