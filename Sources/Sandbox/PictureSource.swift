internal import Fal
internal import Pictures
internal import Text

/// Where a picture of an input comes from. Nothing is decoded before the picture is needed.
enum PictureSource: Equatable, Sendable {
  case sample
  case sampleMap
  case file([UInt8])
  /// The base64 of a data URI.
  case base64(Substring)

  /// What is known of a URL in an input.
  enum Lookup: Equatable, Sendable {
    case found(PictureSource)
    case refused(type: String, message: String)
  }

  /// Finds what a URL names.
  /// - Parameter file: the content of the sandbox's file of that name, `{word}/{id}.{extension}`.
  static func lookUp(_ url: String, file: (String) -> [UInt8]?) -> Lookup {
    if url == ExamplePictures.image { return .found(.sample) }
    if url == ExamplePictures.changeMap { return .found(.sampleMap) }
    if url.hasPrefix("data:") {
      guard let comma = url.firstIndex(of: ","), url[..<comma].hasSuffix(";base64") else {
        return .refused(type: "image_load_error", message: "Failed to load the image: not a base64 data URI")
      }
      return .found(.base64(url[url.index(after: comma)...]))
    }
    guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
      return .refused(type: "file_download_error", message: "Failed to download the file: not a URL")
    }
    // A file has one name, under whatever address the client that uploaded it reached the proxy.
    if let content = file(url.split(separator: "/").suffix(2).joined(separator: "/")) { return .found(.file(content)) }
    return .refused(
      type: "file_download_error",
      message: "Failed to download the file: the sandbox loads no outside URL: use a sample, an upload or a data URI")
  }

  /// The picture.
  func bitmap(_ limits: PictureLimits) throws(PictureFault) -> Bitmap {
    switch self {
    case .sample: return Samples.picture
    case .sampleMap: return Samples.changeMap
    case .file(let bytes): return try Bitmap(reading: bytes, limits: limits)
    case .base64(let text):
      guard let bytes = Base64.bytes(text) else { throw .damaged("its data URI is no base64") }
      return try Bitmap(reading: bytes, limits: limits)
    }
  }

  /// What its head says of its size; nil where that does not say it soon.
  var size: PixelSize? {
    switch self {
    case .sample, .sampleMap: Samples.size
    case .file(let bytes): try? PixelSize(reading: Array(bytes.prefix(PictureSource.headSize)))
    case .base64(let text):
      // Four letters are three bytes.
      Base64.bytes(Substring(text.utf8.prefix(PictureSource.headSize / 3 * 4))).flatMap { try? PixelSize(reading: $0) }
    }
  }

  private static let headSize = 3 << 10

  /// About how much memory it holds, in bytes.
  var weight: Int {
    switch self {
    case .sample, .sampleMap: 0
    case .file(let bytes): bytes.count
    case .base64(let text): text.utf8.count
    }
  }
}
