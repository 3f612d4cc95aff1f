internal import HTTPWire
internal import Text

/// What can still be read of the head of a request that was refused before it could be parsed, so that the page which sent it
/// can read why.
enum UnreadableHead {
  /// The value of its one Origin field; nil where no whole line of it has come, or more than one.
  static func origin(in bytes: Span<UInt8>) -> Range<Int>? {
    var found: Range<Int>?
    var start = lineEnd(in: bytes, from: 0)
    while let lineStart = start, let next = lineEnd(in: bytes, from: lineStart), next > lineStart + 2 {
      let line = bytes.extracting(lineStart..<(next - 2))
      if line.hasPrefixIgnoringCase("origin:") {
        guard found == nil else { return nil }
        var (from, to) = (lineStart + 7, next - 2)
        while from < to, bytes[from].isWhitespace { from += 1 }
        while to > from, bytes[to - 1].isWhitespace { to -= 1 }
        found = from..<to
      }
      start = next
    }
    return found
  }

  /// Where the line that begins at `start` has ended, CR LF included; nil if it has not.
  private static func lineEnd(in bytes: Span<UInt8>, from start: Int) -> Int? {
    let index = bytes.firstIndex(of: UInt8(ascii: "\n"), from: start, limit: bytes.count)
    guard index < bytes.count, index > start, bytes[index - 1] == UInt8(ascii: "\r") else { return nil }
    return index + 1
  }
}
