/// What kind of picture bytes are, by how they begin.
package enum PictureFormat: Equatable, Sendable {
  case png
  case jpeg
  /// A known format that is not read.
  case other(String)

  /// Judges the first bytes; nil for what is no picture.
  package init?(_ bytes: [UInt8]) {
    func has(_ text: StaticString, at offset: Int = 0) -> Bool {
      let end = offset + text.utf8CodeUnitCount
      guard bytes.count >= end else { return false }
      return bytes[offset..<end].elementsEqual(
        UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
    if bytes.starts(with: PNGChunk.signature) {
      self = .png
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if has("RIFF"), has("WEBP", at: 8) {
      self = .other("WebP")
    } else if has("GIF8") {
      self = .other("GIF")
    } else if has("ftypavif", at: 4) || has("ftypavis", at: 4) {
      self = .other("AVIF")
    } else if has("ftyphei", at: 4) || has("ftyphev", at: 4) || has("ftypmif1", at: 4) {
      self = .other("HEIC")
    } else if has("II*\0") || has("MM\0*") {
      self = .other("TIFF")
    } else if bytes.starts(with: [0xFF, 0x0A]) || has("JXL ", at: 4) {
      self = .other("JPEG XL")
    } else if has("BM"), bytes.count >= 26 {
      self = .other("BMP")
    } else if has("<svg") || has("<?xml") {
      self = .other("SVG")
    } else {
      return nil
    }
  }
}

extension Bitmap {
  /// Reads a PNG or a JPEG.
  package init(reading bytes: [UInt8], limits: PictureLimits = PictureLimits()) throws(PictureFault) {
    switch PictureFormat(bytes) {
    case .png: self = try PNGReader.read(bytes, limits)
    case .jpeg: self = try JPEGReader.read(bytes, limits)
    case .other(let name): throw .unsupported(name)
    case nil: throw .unsupported(nil)
    }
  }
}

extension PixelSize {
  /// The size in the head of a PNG or a JPEG, of which nothing else is read.
  package init(reading bytes: [UInt8], limits: PictureLimits = PictureLimits()) throws(PictureFault) {
    switch PictureFormat(bytes) {
    case .png: self = try PNGReader.size(of: bytes, limits)
    case .jpeg: self = try JPEGReader.size(of: bytes, limits)
    case .other(let name): throw .unsupported(name)
    case nil: throw .unsupported(nil)
    }
  }
}
