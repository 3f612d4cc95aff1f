internal import Text

/// The size that a picture states at its beginning: PNG, JPEG and WebP.
public struct ImageHead: Equatable, Sendable {
  /// In pixels.
  public let width: Int
  /// In pixels.
  public let height: Int

  /// A size in pixels.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// Of a picture that begins with `bytes`; nil where it is none of those, or goes on before it says its size.
  public init?(_ bytes: [UInt8]) {
    let reader = Reader(bytes: bytes)
    guard let head = reader.png ?? reader.webP ?? reader.jpeg, head.width > 0, head.height > 0 else { return nil }
    self = head
  }

  /// The digits of base64 that are looked at: first a few, then as many as the notes of a camera may take in front.
  private static let digitLimits = [1 << 12, 1 << 20]

  /// Of the picture in a data URI (RFC 2397) with base64; nil for any other URL.
  public init?(dataURI text: String) {
    let bytes = text.utf8
    guard bytes.prefix(5).elementsEqual("data:".utf8, by: { $0.asciiLowercased == $1 }),
      let comma = bytes.prefix(256).firstIndex(of: UInt8(ascii: ",")),
      bytes[..<comma].suffix(7).elementsEqual(";base64".utf8, by: { $0.asciiLowercased == $1 })
    else { return nil }
    let content = text[bytes.index(after: comma)...]
    for limit in ImageHead.digitLimits {
      if let head = ImageHead(Base64.prefix(content, limit: limit)) {
        self = head
        return
      }
    }
    return nil
  }

  private struct Reader {
    let bytes: [UInt8]

    private func has(_ text: StaticString, at offset: Int) -> Bool {
      let text = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
      return bytes.dropFirst(offset).starts(with: text)
    }

    private func bigEndian(_ offset: Int, _ count: Int) -> Int {
      bytes[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) }
    }

    private func littleEndian(_ offset: Int, _ count: Int) -> Int {
      bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// The first chunk is IHDR (PNG, third edition, §11.2.1).
    var png: ImageHead? {
      guard bytes.count >= 24, bytes[0] == 0x89, has("PNG\r\n\u{1A}\n", at: 1), has("IHDR", at: 12) else { return nil }
      return ImageHead(width: bigEndian(16, 4), height: bigEndian(20, 4))
    }

    /// The first chunk is one of three (RFC 9649 §2.5, §2.6, §2.7).
    var webP: ImageHead? {
      guard bytes.count >= 30, has("RIFF", at: 0), has("WEBP", at: 8) else { return nil }
      if has("VP8 ", at: 12), bytes[23] == 0x9D, bytes[24] == 0x01, bytes[25] == 0x2A {
        return ImageHead(width: littleEndian(26, 2) & 0x3FFF, height: littleEndian(28, 2) & 0x3FFF)
      }
      if has("VP8L", at: 12), bytes[20] == 0x2F {
        let bits = littleEndian(21, 4)
        return ImageHead(width: bits & 0x3FFF + 1, height: bits >> 14 & 0x3FFF + 1)
      }
      if has("VP8X", at: 12) { return ImageHead(width: littleEndian(24, 3) + 1, height: littleEndian(27, 3) + 1) }
      return nil
    }

    /// The size stands in the first frame header; what is in front says its length (ITU-T T.81 §B.1, §B.2).
    var jpeg: ImageHead? {
      guard bytes.count >= 4, bytes[0] == 0xFF, bytes[1] == 0xD8 else { return nil }
      var index = 2
      while index + 9 <= bytes.count, bytes[index] == 0xFF {
        switch bytes[index + 1] {
        case 0xFF: index += 1
        case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
          return ImageHead(width: bigEndian(index + 7, 2), height: bigEndian(index + 5, 2))
        case 0x01, 0xD0...0xD9: return nil
        default: index += 2 + bigEndian(index + 2, 2)
        }
      }
      return nil
    }
  }
}
