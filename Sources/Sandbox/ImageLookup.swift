/// What the sandbox knows of the image behind a URL.
enum ImageLookup: Equatable, Sendable {
  case size(ImageSize)
  /// Not in the sandbox, or of a format it does not read.
  case unknown
  case unusable(type: String, message: String)
}
