#if JPEG
  internal import CTurboJPEG
#endif

/// Reads JPEG with libjpeg-turbo, where that part is built in.
package enum JPEGReader {
  #if JPEG
    /// Whether this build reads JPEG.
    package static let isAvailable = true
    private static let flags = TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS

    static func size(of bytes: [UInt8], _ limits: PictureLimits) throws(PictureFault) -> PixelSize {
      try withDecoder { decoder throws(PictureFault) in try size(of: bytes, limits, decoder) }
    }

    static func read(_ bytes: [UInt8], _ limits: PictureLimits) throws(PictureFault) -> Bitmap {
      try withDecoder { decoder throws(PictureFault) in
        let size = try size(of: bytes, limits, decoder)
        try limits.check(scans: scans(in: bytes), of: size)
        var bitmap = Bitmap(size)
        let status = bitmap.samples.withUnsafeMutableBufferPointer { samples in
          tjDecompress2(
            decoder, bytes, UInt(bytes.count), samples.baseAddress, CInt(size.width), 0, CInt(size.height),
            CInt(TJPF_RGB.rawValue), flags)
        }
        guard status == 0 || isHarmless(decoder) else { throw .damaged(reason(decoder)) }
        return bitmap
      }
    }

    private static func size(
      of bytes: [UInt8], _ limits: PictureLimits, _ decoder: tjhandle
    ) throws(PictureFault) -> PixelSize {
      var (width, height, subsampling, colours): (CInt, CInt, CInt, CInt) = (0, 0, 0, 0)
      let status = tjDecompressHeader3(
        decoder, bytes, UInt(bytes.count), &width, &height, &subsampling, &colours)
      guard status == 0 || isHarmless(decoder) else { throw .damaged(reason(decoder)) }
      guard colours != CInt(TJCS_CMYK.rawValue), colours != CInt(TJCS_YCCK.rawValue) else {
        throw .unsupported("a JPEG of printing colours (CMYK)")
      }
      let size = PixelSize(width: Int(width), height: Int(height))
      try limits.check(size)
      return size
    }

    /// At least as many scans as there are: the marker that begins one, wherever it stands.
    private static func scans(in bytes: [UInt8]) -> Int {
      var count = 0
      bytes.withUnsafeBufferPointer { bytes in
        for index in 1..<max(1, bytes.count) where bytes[index] == 0xDA && bytes[index - 1] == 0xFF { count += 1 }
      }
      return count
    }

    private static func withDecoder<R>(
      _ body: (tjhandle) throws(PictureFault) -> R
    ) throws(PictureFault) -> R {
      guard let decoder = tjInitDecompress() else { throw .damaged("or there is no memory to read it") }
      defer { tjDestroy(decoder) }
      return try body(decoder)
    }

    /// Whether a picture that is not quite in order was decoded to its end.
    private static func isHarmless(_ decoder: tjhandle) -> Bool {
      tjGetErrorCode(decoder) == CInt(TJERR_WARNING.rawValue) && !text(decoder).hasPrefix("Premature end")
    }

    private static func reason(_ decoder: tjhandle) -> String { "a JPEG that says “\(text(decoder))”" }

    private static func text(_ decoder: tjhandle) -> String { String(cString: tjGetErrorStr2(decoder)) }
  #else
    /// Whether this build reads JPEG.
    package static let isAvailable = false

    static func size(of bytes: [UInt8], _ limits: PictureLimits) throws(PictureFault) -> PixelSize {
      throw .withoutJPEG
    }

    static func read(_ bytes: [UInt8], _ limits: PictureLimits) throws(PictureFault) -> Bitmap { throw .withoutJPEG }
  #endif
}
