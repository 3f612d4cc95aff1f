/// The size of an image in pixels.
struct ImageSize: Equatable, Sendable {
  var width: Int
  var height: Int

  static let standard = ImageSize(width: 512, height: 512)

  var pixels: Int { width * height }

  /// Megapixels, each begun one counted whole: the unit images are billed in (protocol.md §11).
  var billedMegapixels: Int { (pixels + 999_999) / 1_000_000 }

  /// The same proportions with no side above `limit`.
  func fitting(_ limit: Int) -> ImageSize {
    let longest = max(width, height)
    guard longest > limit else { return self }
    func scaled(_ side: Int) -> Int { max(1, Int((Double(side) * Double(limit) / Double(longest)).rounded())) }
    return ImageSize(width: scaled(width), height: scaled(height))
  }

  /// The sizes models know by name (protocol.md §9.5).
  static func named(_ name: String) -> ImageSize? {
    switch name {
    case "square_hd": ImageSize(width: 1024, height: 1024)
    case "square": ImageSize(width: 512, height: 512)
    case "portrait_4_3": ImageSize(width: 768, height: 1024)
    case "portrait_16_9": ImageSize(width: 576, height: 1024)
    case "landscape_4_3": ImageSize(width: 1024, height: 768)
    case "landscape_16_9": ImageSize(width: 1024, height: 576)
    default: nil
    }
  }
}
