internal import Fal
public import Text

/// How many units a request is taken for before fal has said what it was.
public enum Estimate: Equatable, Sendable {
  /// Always so many.
  case fixed(Units)
  /// The megapixels of what the input asks for.
  case megapixels

  /// The units of a request with `input`.
  /// - Parameter standard: the megapixels of a picture whose size cannot be seen.
  public func units(of input: JSONValue, standard: Units) -> Units {
    switch self {
    case .fixed(let units): units
    case .megapixels: Estimate.megapixels(of: input, standard)
    }
  }

  /// Every picture counts the larger of what `image_url` and `image_size` say: which of them a model heeds, only fal knows.
  private static func megapixels(of input: JSONValue, _ standard: Units) -> Units {
    let sizes = [input["image_url"].map(sent), input["image_size"].map(asked)].compactMap(\.self)
    let single = sizes.map { $0.map(megapixels) ?? standard }.max() ?? standard
    // fal refuses a count that is none, and bills nothing.
    guard let count = input["num_images"].flatMap(LaxReading.number), count > 1 else { return single }
    let product = UInt128(single.nanos) * UInt128(min(count.rounded(.up), 1e9))
    return Units(nanos: Int64(clamping: product))
  }

  /// In whole megapixels, as fal bills each picture. Whether one is 10⁶ pixels or 2²⁰, fal does not say; of the former there are
  /// never fewer (protocol.md §11).
  private static func megapixels(_ size: ImageHead) -> Units {
    let (product, overflow) = size.width.multipliedReportingOverflow(by: size.height)
    return overflow ? Units(Int.max) : Units(product / 1_000_000 + (product % 1_000_000 > 0 ? 1 : 0))
  }

  /// Nil for one that would have to be fetched.
  private static func sent(_ value: JSONValue) -> ImageHead? { value.text.flatMap { ImageHead(dataURI: $0) } }

  private static func asked(_ value: JSONValue) -> ImageHead? {
    if let name = value.text {
      return ImageSizeName(rawValue: name).map { ImageHead(width: $0.size.width, height: $0.size.height) }
    }
    guard let width = side(value["width"]), let height = side(value["height"]) else { return nil }
    return ImageHead(width: width, height: height)
  }

  private static func side(_ value: JSONValue?) -> Int? {
    guard let number = value.flatMap(LaxReading.number), number > 0 else { return nil }
    return Int(min(number.rounded(.up), 1e12))
  }
}
