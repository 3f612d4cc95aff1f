/// The size of a picture in pixels.
package struct PixelSize: Equatable, Sendable {
  package var width: Int
  package var height: Int

  /// A size; neither side may be negative.
  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  package var pixels: Int { width * height }

  /// The same proportions with no side above `limit`.
  package func fitting(_ limit: Int) -> PixelSize {
    let longest = max(width, height)
    guard longest > limit else { return self }
    func scaled(_ side: Int) -> Int { max(1, (side * limit * 2 + longest) / (longest * 2)) }
    return PixelSize(width: scaled(width), height: scaled(height))
  }
}

/// The largest pictures that are read. Sizes are judged before anything is decoded.
package struct PictureLimits: Equatable, Sendable {
  /// The most pixels; 75 MB of samples.
  package var pixels = 24 << 20
  /// The longest side, in pixels, which bounds a row.
  package var side = 16_384
  /// The most scans of a JPEG, over each of which all its pixels are gone through.
  package var scans = 64
  /// The most pixels that are gone through, over all scans: 16 scans of the largest picture; encoders write about ten.
  package var scannedPixels = 16 * (24 << 20)

  /// The defaults.
  package init() {}

  func check(_ size: PixelSize) throws(PictureFault) {
    guard size.width > 0, size.height > 0 else { throw .damaged("it has no pixels") }
    guard size.width <= side, size.height <= side, size.pixels <= pixels else { throw .tooLarge(size, self) }
  }

  func check(scans count: Int, of size: PixelSize) throws(PictureFault) {
    let limit = min(scans, scannedPixels / max(1, size.pixels))
    guard count <= limit else { throw .damaged("a JPEG of \(count) scans where its size allows \(limit)") }
  }
}
