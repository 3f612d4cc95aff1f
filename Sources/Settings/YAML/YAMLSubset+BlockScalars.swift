internal import Text

/// Text of several lines: literal (`|`) and folded (`>`), YAML 1.2 §8.1.
extension YAMLSubset {
  private enum Chomping { case strip, clip, keep }

  private struct Header {
    let isFolded: Bool
    let chomping: Chomping
  }

  /// The lines under a header: where they end, and the column of their text; nil when all of them are blank.
  private struct Body {
    let range: Range<Int>
    let indent: Int?
  }

  /// The block scalar whose header stands at `start` of `line`; its text stands deeper than the line's column. No line
  /// may be waiting.
  mutating func blockScalar(from start: Int, of line: Line) -> Node {
    let header = blockHeader(from: start, of: line)
    // The lines under a wrong header are its text all the same.
    let body = blockBody(deeperThan: line.indent)
    guard let header, let body else { return Node(line: line.number, content: .faulty) }
    // Parsers disagree whether the end of the file ends a line.
    if header.chomping != .strip, !body.range.isEmpty, source[body.range.upperBound - 1] != UInt8(ascii: "\n") {
      return faulty(lineCount, "no newline at the end of the file (add one, or write '|-' or '>-')")
    }
    return Node(line: line.number, content: .scalar(blockText(header, body)))
  }

  private mutating func blockHeader(from start: Int, of line: Line) -> Header? {
    var chomping = Chomping.clip
    var position = start + 1
    if position < line.end, source[position] == UInt8(ascii: "-") || source[position] == UInt8(ascii: "+") {
      chomping = source[position] == UInt8(ascii: "-") ? .strip : .keep
      position += 1
    }
    if position < line.end, source[position].isDigit {
      fault(
        line.number,
        "an indentation number in front of a text (leave it out: the first line of the text sets the column)")
      return nil
    }
    let rest = skipBlanks(from: position, to: line.end)
    guard rest == line.end || isComment(rest, line.start) else {
      fault(line.number, "text behind '|' or '>' (it begins on the next line; quote text that starts with such a sign)")
      return nil
    }
    let isFolded = source[start] == UInt8(ascii: ">")
    return Header(isFolded: isFolded, chomping: chomping)
  }

  /// Reads on to the last line of the text; nil after a fault.
  private mutating func blockBody(deeperThan parent: Int) -> Body? {
    let start = cursor
    var indent: Int?
    var deepestBlank = 0
    var isSound = true
    while let bounds = bounds(from: cursor) {
      let first = firstNonSpace(in: bounds)
      let column = first - bounds.begin
      if first < bounds.end {
        let isShort = column < indent ?? (parent + 1)
        if source[first] == UInt8(ascii: "\t"), isShort || indent == nil {
          fault(lineCount + 1, Self.tab)
          isSound = false
        } else if isShort {
          break
        } else if indent == nil {
          indent = column
          if deepestBlank > column {
            fault(lineCount + 1, "a blank line above has more spaces than the text (leave them out)")
            isSound = false
          }
        }
      } else if indent == nil {
        deepestBlank = max(deepestBlank, column)
      }
      if !read(bounds) { isSound = false }
    }
    return isSound ? Body(range: start..<cursor, indent: indent) : nil
  }

  private func blockText(_ header: Header, _ body: Body) -> SecretBytes {
    SecretBytes(capacity: body.range.count) { (target) throws(Never) in
      var count = 0
      func append(_ byte: UInt8, times: Int = 1) {
        for _ in 0..<times {
          target[count] = byte
          count += 1
        }
      }
      let newline = UInt8(ascii: "\n")
      var position = body.range.lowerBound
      /// Blank lines since the last text, or since the beginning.
      var blanks = 0
      /// Whether the last line with text may be folded; nil before the first.
      var lastIsFoldable: Bool?
      while position < body.range.upperBound, let line = bounds(from: position) {
        position = line.next
        let start = line.begin + (body.indent ?? 0)
        guard body.indent != nil, start < line.end else {
          if line.next > line.end { blanks += 1 }
          continue
        }
        let isFoldable = header.isFolded && !isBlank(source[start])
        if let lastIsFoldable {
          let folds = lastIsFoldable && isFoldable
          if folds, blanks == 0 { append(UInt8(ascii: " ")) }
          append(newline, times: folds ? blanks : blanks + 1)
        } else {
          append(newline, times: blanks)
        }
        for index in start..<line.end { append(source[index]) }
        lastIsFoldable = isFoldable
        blanks = 0
      }
      if header.chomping != .strip, lastIsFoldable != nil { append(newline) }
      if header.chomping == .keep { append(newline, times: blanks) }
      return count
    }
  }

  private func firstNonSpace(in bounds: Bounds) -> Int {
    var position = bounds.begin
    while position < bounds.end, source[position] == UInt8(ascii: " ") { position += 1 }
    return position
  }
}
