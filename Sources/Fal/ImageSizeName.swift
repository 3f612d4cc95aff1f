/// The words that `image_size` takes in place of a width and a height (fal's models of the FLUX family).
public enum ImageSizeName: String, Sendable, CaseIterable {
  case squareHD = "square_hd"
  case square
  case portrait43 = "portrait_4_3"
  case portrait169 = "portrait_16_9"
  case landscape43 = "landscape_4_3"
  case landscape169 = "landscape_16_9"

  /// In pixels.
  public var size: (width: Int, height: Int) {
    switch self {
    case .squareHD: (1024, 1024)
    case .square: (512, 512)
    case .portrait43: (768, 1024)
    case .portrait169: (576, 1024)
    case .landscape43: (1024, 768)
    case .landscape169: (1024, 576)
    }
  }
}
