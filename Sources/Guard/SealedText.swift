internal import Digest
internal import Text

/// A text that has the form of a sealed id, in its parts.
struct SealedText {
  /// Characters behind an id that is no UUID: the separator, and the tag in base64url.
  static let tailCount = 16

  let tag: [UInt8]
  /// The masked bytes of a UUID; nil for another id.
  let masked: UInt128?
  /// The id, where it is no UUID.
  let id: [UInt8]

  init?(_ text: Span<UInt8>) {
    let tail = text.count - SealedText.tailCount
    if tail > 0, text[tail] == JobSeals.separator {
      // Written once more with two zero bits, the tag ends on a byte; isTagged compares the text.
      var digits: [UInt8] = []
      digits.append(text.extracting(tail + 1..<text.count))
      guard let bytes = Base64.urlBytes((digits + [UInt8(ascii: "A")]).span) else { return nil }
      var again: [UInt8] = []
      Base64.append(urlText: bytes.span.extracting(0..<JobSeals.tagSize), to: &again)
      // Bits behind the last byte would make other texts of one seal.
      guard again == digits, tail <= JobSeals.idLimit else { return nil }
      tag = Array(bytes[..<JobSeals.tagSize])
      masked = nil
      var id: [UInt8] = []
      id.append(text.extracting(0..<tail))
      self.id = id
      return
    }
    guard text.count == UUIDText.count, let bytes = Base64.urlBytes(text) else { return nil }
    tag = Array(bytes[..<JobSeals.tagSize])
    masked = bytes[JobSeals.tagSize...].reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
    id = []
  }

  /// Whether `digest` begins with the tag; the time does not depend on where they differ.
  func isTagged(_ digest: Digest256) -> Bool {
    var difference: UInt8 = 0
    for index in 0..<JobSeals.tagSize { difference |= tag[index] ^ digest.bytes[index] }
    return difference == 0
  }
}
