internal import Pictures

/// What models know of sizes.
extension PixelSize {
  /// Of a picture that nothing says the size of.
  static let standard = PixelSize(width: 512, height: 512)

  /// Megapixels, each begun one counted whole: the unit images are billed in (protocol.md §11).
  var billedMegapixels: Int { (pixels + 999_999) / 1_000_000 }

  /// The sizes models know by name (protocol.md §9.5).
  static func named(_ name: String) -> PixelSize? {
    switch name {
    case "square_hd": PixelSize(width: 1024, height: 1024)
    case "square": PixelSize(width: 512, height: 512)
    case "portrait_4_3": PixelSize(width: 768, height: 1024)
    case "portrait_16_9": PixelSize(width: 576, height: 1024)
    case "landscape_4_3": PixelSize(width: 1024, height: 768)
    case "landscape_16_9": PixelSize(width: 1024, height: 576)
    default: nil
    }
  }
}
