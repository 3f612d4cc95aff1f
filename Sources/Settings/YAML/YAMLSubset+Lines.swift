/// From bytes to lines: encoding, control characters, indentation, document markers. Lines are read one by one as they
/// are wanted, because only who wants one knows whether a `#` starts a comment or is text of a block scalar.
extension YAMLSubset {
  /// A line as it stands in the file: its bytes without LF or CRLF, and where the next line begins.
  struct Bounds {
    let begin: Int
    let end: Int
    let next: Int
  }

  /// The line that begins at `begin`; nil at the end of the file.
  func bounds(from begin: Int) -> Bounds? {
    guard begin < source.count else { return nil }
    var newline = begin
    while newline < source.count, source[newline] != UInt8(ascii: "\n") { newline += 1 }
    guard newline < source.count else { return Bounds(begin: begin, end: newline, next: newline) }
    let endsInCR = newline > begin && source[newline - 1] == UInt8(ascii: "\r")
    return Bounds(begin: begin, end: endsInCR ? newline - 1 : newline, next: newline + 1)
  }

  /// Counts the line as read; false after a fault about its characters.
  mutating func read(_ bounds: Bounds) -> Bool {
    lineCount += 1
    cursor = bounds.next
    guard let problem = problem(inLineFrom: bounds.begin, to: bounds.end) else { return true }
    fault(lineCount, problem)
    return false
  }

  /// The next line that holds more than blanks and a comment; it stays until it is taken.
  mutating func following() -> Line? {
    while waiting == nil, let bounds = bounds(from: cursor) { waiting = line(in: bounds) }
    return waiting
  }

  mutating func take() { waiting = nil }

  /// Takes the next line if it begins at column `indent`.
  mutating func take(at indent: Int) -> Line? {
    guard let line = following(), line.indent == indent else { return nil }
    waiting = nil
    return line
  }

  /// Reads nothing more.
  mutating func stop() {
    waiting = nil
    cursor = source.count
  }

  mutating func skipByteOrderMark() {
    if source.starts(with: "\u{FEFF}") { cursor = 3 }
  }

  private mutating func line(in bounds: Bounds) -> Line? {
    let begin = bounds.begin
    let isSound = read(bounds)
    var start = begin
    while start < bounds.end, source[start] == UInt8(ascii: " ") { start += 1 }
    var end = bounds.end
    while end > start, isBlank(source[end - 1]) { end -= 1 }
    if start == end || source[start] == UInt8(ascii: "#") { return nil }
    if source[start] == UInt8(ascii: "\t") {
      fault(lineCount, Self.tab)
      return nil
    }
    if start == begin, source[start] == UInt8(ascii: "%"), !hasBegun {
      fault(lineCount, "a directive (leave the line out)")
      return nil
    }
    if start == begin, isMarker(UInt8(ascii: "-"), start, end) {
      let rest = skipBlanks(from: start + 3, to: end)
      if hasBegun {
        fault(lineCount, "a second document (one file is one document: leave out all from here, or this line)")
        stop()
      } else if rest < end, source[rest] != UInt8(ascii: "#") {
        fault(lineCount, "content on the line of '---' (write it on the next line)")
      }
      hasBegun = true
      return nil
    }
    if start == begin, isMarker(UInt8(ascii: "."), start, end) {
      fault(lineCount, "a document end marker (leave the line out: the document ends with the file)")
      stop()
      return nil
    }
    hasBegun = true
    return Line(number: lineCount, indent: start - begin, start: start, end: end, isBroken: !isSound)
  }

  /// Three times `byte`, then a blank or the end of the line.
  private func isMarker(_ byte: UInt8, _ start: Int, _ end: Int) -> Bool {
    guard end - start >= 3, (start..<start + 3).allSatisfy({ source[$0] == byte }) else { return false }
    return start + 3 == end || isBlank(source[start + 3])
  }

  /// What is wrong with the characters of a line (YAML 1.2 §5.1). Those that YAML 1.1 took for line breaks are refused,
  /// because two parsers could read them differently.
  private func problem(inLineFrom begin: Int, to end: Int) -> String? {
    source.withUnsafeBytes { bytes in
      let line = UnsafeRawBufferPointer(rebasing: bytes[begin..<end])
      var isASCII = true
      for byte in line {
        if byte >= 0x80 { isASCII = false }
        if (byte < 0x20 && byte != UInt8(ascii: "\t")) || byte == 0x7F { return "a control character" }
      }
      if isASCII { return nil }
      guard let text = try? UTF8Span(validating: line.bindMemory(to: UInt8.self).span) else { return "not valid UTF-8" }
      var scalars = text.makeUnicodeScalarIterator()
      while let scalar = scalars.next() {
        switch scalar.value {
        case 0x85, 0x2028, 0x2029: return "a line separator that is no newline"
        case 0x80...0x9F, 0xFFFE, 0xFFFF: return "a control character"
        case 0xFEFF: return "a byte order mark in the middle of the file"
        default: break
        }
      }
      return nil
    }
  }

  func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

  func skipBlanks(from start: Int, to end: Int) -> Int {
    var position = start
    while position < end, isBlank(source[position]) { position += 1 }
    return position
  }
}
