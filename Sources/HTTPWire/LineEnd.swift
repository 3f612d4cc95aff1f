/// Looks for the end of a line in a head that arrives in pieces: only then is the head parsed again, so that one that
/// arrives byte by byte is parsed once for each of its lines, whose number is limited, and not for each byte.
enum LineEnd {
  /// Whether a line ends, properly or not, in the bytes from `scanned` on.
  static func stands(in bytes: Span<UInt8>, from scanned: Int) -> Bool {
    for index in scanned..<bytes.count {
      if bytes[unchecked: index] == UInt8(ascii: "\n") { return true }
      // A CR that ends no line is a fault to be told at once.
      if index > 0, bytes[unchecked: index - 1] == UInt8(ascii: "\r") { return true }
    }
    return false
  }
}
