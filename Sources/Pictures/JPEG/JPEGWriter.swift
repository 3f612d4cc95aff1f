#if JPEG
  internal import CTurboJPEG
#endif

/// Writes JPEG with libjpeg-turbo, where that part is built in.
package enum JPEGWriter {
  #if JPEG
    private static let quality: CInt = 92

    /// A JPEG of the picture; nil where a side is longer than JPEG knows (65,500 pixels).
    /// - Parameter note: a text about it, as a comment.
    package static func write(_ bitmap: Bitmap, note: String? = nil) -> [UInt8]? {
      guard let encoder = tjInitCompress() else { return nil }
      defer { tjDestroy(encoder) }
      var memory: UnsafeMutablePointer<UInt8>?
      var count: UInt = 0
      defer { tjFree(memory) }
      let status = tjCompress2(
        encoder, bitmap.samples, CInt(bitmap.size.width), 0, CInt(bitmap.size.height), CInt(TJPF_RGB.rawValue), &memory,
        &count, CInt(TJSAMP_444.rawValue), quality, TJFLAG_ACCURATEDCT)
      guard status == 0, let memory else { return nil }
      var file = [UInt8](UnsafeBufferPointer(start: memory, count: Int(count)))
      if let note {
        let text = Array(note.utf8.prefix(1000))
        // A comment segment, behind the start of the image.
        file.insert(
          contentsOf: [0xFF, 0xFE, UInt8((text.count + 2) >> 8), UInt8((text.count + 2) & 255)] + text, at: 2)
      }
      return file
    }
  #else
    /// Nothing: this build writes no JPEG.
    package static func write(_ bitmap: Bitmap, note: String? = nil) -> [UInt8]? { nil }
  #endif
}
