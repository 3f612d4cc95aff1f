/// Why a picture cannot be read.
package enum PictureFault: Error, Equatable, Sendable {
  /// It is of another format, whose name is given if it is known.
  case unsupported(String?)
  /// It breaks the rules of its format.
  case damaged(String)
  case tooLarge(PixelSize, PictureLimits)
  /// JPEG, in a build without that part.
  case withoutJPEG
}

extension PictureFault: CustomStringConvertible {
  /// A sentence that names the cure.
  package var description: String {
    switch self {
    case .unsupported(let name?): "the picture is \(name): send PNG or JPEG"
    case .unsupported(nil): "the picture is of no known format: send PNG or JPEG"
    case .damaged(let reason): "the picture is damaged, \(reason): send it again, or save it anew"
    case .tooLarge(let size, let limits):
      "the picture has \(size.width) × \(size.height) pixels: send one of at most \(limits.side) on a side and "
        + "\(limits.pixels / 1_000_000) million in all"
    case .withoutJPEG: "this build reads no JPEG: send PNG, or build it where libturbojpeg0-dev is installed"
    }
  }
}
