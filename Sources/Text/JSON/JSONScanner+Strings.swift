/// A string of a JSON text, known to be well-formed UTF-8 with well-formed escapes.
struct JSONStringToken {
  /// What stands between the quotes.
  let content: Range<Int>
  let hasEscapes: Bool
  let isASCII: Bool

  /// The text it stands for.
  func text(in bytes: Span<UInt8>) -> String {
    guard hasEscapes else {
      return String(copying: UTF8Span(unchecked: bytes.extracting(content), isKnownASCII: isASCII))
    }
    return String(copying: UTF8Span(unchecked: unescaped(in: bytes).span))
  }

  /// Whether the text it stands for is `other`, compared byte by byte.
  func equals(_ other: Span<UInt8>, in bytes: Span<UInt8>) -> Bool {
    hasEscapes ? unescaped(in: bytes).span.equals(other) : bytes.extracting(content).equals(other)
  }

  /// The bytes of the text it stands for.
  func unescaped(in bytes: Span<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(content.count)
    var start = content.lowerBound
    while true {
      let backslash = bytes.firstIndex(of: UInt8(ascii: "\\"), from: start, limit: content.upperBound)
      text.append(bytes.extracting(start..<backslash))
      guard backslash < content.upperBound else { return text }
      // The scanner has seen that it is one.
      guard let escape = JSONEscape(bytes, at: backslash) else { return text }
      text.append(contentsOf: UTF8.encode(escape.scalar) ?? UTF8.encodedReplacementCharacter)
      start = escape.end
    }
  }
}

/// An escape of RFC 8259 §7, a surrogate pair being one.
struct JSONEscape {
  let scalar: Unicode.Scalar
  let end: Int

  /// The escape whose backslash is at `start`; nil when there is none, also where half of a pair stands alone.
  init?(_ bytes: Span<UInt8>, at start: Int) {
    guard start + 1 < bytes.count else { return nil }
    var end = start + 2
    switch bytes[start + 1] {
    case UInt8(ascii: "\""): scalar = "\""
    case UInt8(ascii: "\\"): scalar = "\\"
    case UInt8(ascii: "/"): scalar = "/"
    case UInt8(ascii: "b"): scalar = "\u{8}"
    case UInt8(ascii: "f"): scalar = "\u{C}"
    case UInt8(ascii: "n"): scalar = "\n"
    case UInt8(ascii: "r"): scalar = "\r"
    case UInt8(ascii: "t"): scalar = "\t"
    case UInt8(ascii: "u"):
      guard var code = Self.hexadecimal(bytes, from: end) else { return nil }
      end += 4
      if code & 0xFC00 == 0xD800 {
        guard end + 1 < bytes.count, bytes[end] == UInt8(ascii: "\\"), bytes[end + 1] == UInt8(ascii: "u"),
          let low = Self.hexadecimal(bytes, from: end + 2), low & 0xFC00 == 0xDC00
        else { return nil }
        code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
        end += 6
      }
      guard let scalar = Unicode.Scalar(code) else { return nil }
      self.scalar = scalar
    default: return nil
    }
    self.end = end
  }

  private static func hexadecimal(_ bytes: Span<UInt8>, from start: Int) -> UInt32? {
    guard start + 4 <= bytes.count else { return nil }
    var code: UInt32 = 0
    for index in start..<(start + 4) {
      guard let digit = bytes[index].hexDigit else { return nil }
      code = code << 4 | UInt32(digit)
    }
    return code
  }
}

extension JSONScanner {
  /// Passes the string whose opening quote comes next.
  mutating func string(_ bytes: Span<UInt8>) throws(JSONError) -> JSONStringToken {
    position += 1
    let start = position
    var hasEscapes = false
    var isASCII = true
    while true {
      position = bytes.endOfPlainJSON(from: position, isASCII: &isASCII)
      guard let byte = next(bytes) else { throw error("Unterminated string") }
      if byte == UInt8(ascii: "\"") { break }
      guard byte == UInt8(ascii: "\\") else { throw error("Invalid control character") }
      guard let escape = JSONEscape(bytes, at: position) else { throw error("Invalid escape") }
      hasEscapes = true
      position = escape.end
    }
    let content = start..<position
    if !isASCII { try checkUTF8(bytes.extracting(content), from: start) }
    position += 1
    return JSONStringToken(content: content, hasEscapes: hasEscapes, isASCII: isASCII)
  }

  private func checkUTF8(_ text: Span<UInt8>, from start: Int) throws(JSONError) {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: text)
    } catch {
      throw JSONError(offset: start + error.byteOffsets.lowerBound, reason: "Invalid UTF-8")
    }
  }
}

extension Span where Element == UInt8 {
  /// The offset of the first byte from `start` on that cannot stand for itself in a JSON string (`"`, `\` and controls),
  /// or `count`.
  /// - Parameter isASCII: becomes false when one before it is not ASCII.
  func endOfPlainJSON(from start: Int, isASCII: inout Bool) -> Int {
    var index = start
    var seen: UInt64 = 0
    defer { if seen & Self.highBits != 0 { isASCII = false } }
    while index + 32 <= count {
      let (a, b, c, d) = (word(at: index), word(at: index + 8), word(at: index + 16), word(at: index + 24))
      let marks = Self.marks(a) | Self.marks(b) | Self.marks(c) | Self.marks(d)
      guard marks & Self.highBits == 0 else { break }
      seen |= a | b | c | d
      index += 32
    }
    while index + 8 <= count {
      let next = word(at: index)
      let marks = Self.marks(next) & Self.highBits
      guard marks == 0 else {
        // The lowest mark is exact; the bytes below it are those that come before it.
        let before = marks.trailingZeroBitCount & ~7
        seen |= next & (1 << UInt64(before) &- 1)
        return index + before / 8
      }
      seen |= next
      index += 8
    }
    while index < count {
      let byte = self[unchecked: index]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
      seen |= UInt64(byte)
      index += 1
    }
    return index
  }

  private static var highBits: UInt64 { 0x8080_8080_8080_8080 }

  @inline(__always)
  private func word(at offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
  }

  /// Has the high bit of each byte of `word` that cannot stand for itself; above the lowest such bit others may be set,
  /// because a subtraction borrows.
  @inline(__always)
  private static func marks(_ word: UInt64) -> UInt64 {
    let quotes = word ^ 0x2222_2222_2222_2222
    let backslashes = word ^ 0x5C5C_5C5C_5C5C_5C5C
    let ones: UInt64 = 0x0101_0101_0101_0101
    return ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
      | ((word &- 0x2020_2020_2020_2020) & ~word)
  }
}
