/// From bytes to lines: encoding, control characters, indentation, document markers.
extension YAMLSubset {
  /// Splits the source at LF or CRLF and keeps the lines that hold more than blanks and a comment.
  mutating func readLines() {
    let byteOrderMark = source.starts(with: "\u{FEFF}") ? 3 : 0
    var begin = byteOrderMark
    var number = 0
    var sawMarker = false
    while begin < source.count {
      var newline = begin
      while newline < source.count, source[newline] != UInt8(ascii: "\n") { newline += 1 }
      var end = newline
      if end < source.count, end > begin, source[end - 1] == UInt8(ascii: "\r") { end -= 1 }
      number += 1
      addLine(number, begin, end, &sawMarker)
      begin = newline + 1
    }
  }

  private mutating func addLine(_ number: Int, _ begin: Int, _ end: Int, _ sawMarker: inout Bool) {
    var start = begin
    while start < end, source[start] == UInt8(ascii: " ") { start += 1 }
    var last = end
    while last > start, isBlank(source[last - 1]) { last -= 1 }
    let problem = problem(inLineFrom: begin, to: end)
    if let problem { fault(number, problem) }
    if start == last || source[start] == UInt8(ascii: "#") { return }
    if source[start] == UInt8(ascii: "\t") { return fault(number, "a tab in the indentation (use spaces)") }
    if start == begin, isMarker(UInt8(ascii: "-"), start, last) {
      let rest = skipBlanks(from: start + 3, to: last)
      if rest < last, source[rest] != UInt8(ascii: "#") {
        fault(number, "content on the line of '---'")
      } else if sawMarker || !lines.isEmpty {
        fault(number, "a second document")
      }
      sawMarker = true
      return
    }
    if start == begin, isMarker(UInt8(ascii: "."), start, last) { return fault(number, "a document end marker") }
    lines.append(Line(number: number, indent: start - begin, start: start, end: last, isBroken: problem != nil))
  }

  /// Three times `byte`, then a blank or the end of the line.
  private func isMarker(_ byte: UInt8, _ start: Int, _ end: Int) -> Bool {
    guard end - start >= 3, (start..<start + 3).allSatisfy({ source[$0] == byte }) else { return false }
    return start + 3 == end || isBlank(source[start + 3])
  }

  private func problem(inLineFrom begin: Int, to end: Int) -> String? {
    var isASCII = true
    for index in begin..<end {
      let byte = source[index]
      if byte >= 0x80 { isASCII = false }
      if (byte < 0x20 && byte != UInt8(ascii: "\t")) || byte == 0x7F { return "a control character" }
    }
    if isASCII { return nil }
    let isValid = source.withUnsafeBytes { bytes in
      let line = UnsafeRawBufferPointer(rebasing: bytes[begin..<end]).bindMemory(to: UInt8.self)
      return (try? UTF8Span(validating: line.span)) != nil
    }
    return isValid ? nil : "not valid UTF-8"
  }

  func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

  func skipBlanks(from start: Int, to end: Int) -> Int {
    var position = start
    while position < end, isBlank(source[position]) { position += 1 }
    return position
  }
}
