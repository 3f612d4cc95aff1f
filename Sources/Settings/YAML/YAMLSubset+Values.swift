/// What stands on one line: a key, a list entry, an inline value.
extension YAMLSubset {
  /// The key of a mapping line and the position after its colon; a fault and nil when there is none.
  mutating func key(of line: Line) -> (text: String, end: Int)? {
    let bytes: SecretBytes
    var position: Int
    if isQuote(source[line.start]) {
      guard let quoted = quoted(from: line.start, to: line.end, line: line.number) else { return nil }
      bytes = quoted.bytes
      position = skipBlanks(from: quoted.end, to: line.end)
      guard position < line.end, isSeparator(position, line.end) else {
        fault(line.number, "expected 'key: value'")
        return nil
      }
    } else {
      if let reason = refusal(ofKeyOn: line) {
        fault(line.number, reason)
        return nil
      }
      position = separator(from: line.start, of: line)
      guard position < line.end, isSeparator(position, line.end) else {
        fault(line.number, refusal(ofTextWithoutValue: line.start, position))
        return nil
      }
      var last = position
      while last > line.start, isBlank(source[last - 1]) { last -= 1 }
      bytes = source.copy(line.start..<last)
      if let reason = refusal(ofPlainKey: bytes) {
        fault(line.number, reason)
        return nil
      }
    }
    guard bytes.count > 0, bytes.count <= Self.keyLimit else {
      fault(line.number, "expected a key of 1…\(Self.keyLimit) bytes")
      return nil
    }
    return (bytes.text, position + 1)
  }

  func isListEntry(_ line: Line) -> Bool {
    source[line.start] == UInt8(ascii: "-") && (line.start + 1 == line.end || isBlank(source[line.start + 1]))
  }

  func isEmptyMapping(_ line: Line) -> Bool {
    let close = skipBlanks(from: line.start + 1, to: line.end)
    guard line.indent == 0, close < line.end, source[close] == UInt8(ascii: "}") else { return false }
    let rest = skipBlanks(from: close + 1, to: line.end)
    return rest == line.end || isComment(rest, line.start)
  }

  /// The entry whose dash begins `line`: a scalar, or a mapping behind the dash or on the lines below.
  mutating func listEntry(_ line: Line, depth: Int) -> Node {
    let position = skipBlanks(from: line.start + 1, to: line.end)
    guard position < line.end, source[position] != UInt8(ascii: "#") else {
      guard let child = following(), child.indent > line.indent else {
        return faulty(line.number, "an empty list entry")
      }
      if isListEntry(child) { return faulty(child.number, Self.listInList) }
      return mappingBelow(child.indent, of: line, depth: depth)
    }
    let rest = Line(
      number: line.number, indent: line.indent + position - line.start, start: position, end: line.end, isBroken: false)
    if isListEntry(rest) { return faulty(line.number, Self.listInList) }
    guard hasKey(rest) else {
      return source[position] == UInt8(ascii: "[")
        ? faulty(line.number, Self.listInList) : inlineValue(from: position, of: line)
    }
    // A parser counts columns, and a tab has none that all agree on.
    if (line.start..<position).contains(where: { source[$0] == UInt8(ascii: "\t") }) {
      return faulty(line.number, Self.tab)
    }
    return mappingBelow(rest.indent, of: line, depth: depth, behindDash: rest)
  }

  /// What stands for a value after a fault about it.
  mutating func faulty(_ line: Int, _ message: String) -> Node {
    fault(line, message)
    return Node(line: line, content: .faulty)
  }

  /// Whether a key begins the line.
  private func hasKey(_ line: Line) -> Bool {
    let position =
      if isQuote(source[line.start]) {
        skipBlanks(from: closingQuote(from: line.start, to: line.end) + 1, to: line.end)
      } else {
        separator(from: line.start, of: line)
      }
    return position < line.end && isSeparator(position, line.end)
  }

  /// The position of the first `: ` in plain text, or of the comment or the end behind it.
  private func separator(from start: Int, of line: Line) -> Int {
    var position = start
    while position < line.end, !isSeparator(position, line.end), !isComment(position, start) { position += 1 }
    return position
  }

  /// The value that starts at `position`, on the line of its key or dash; faulty after a fault.
  mutating func inlineValue(from position: Int, of line: Line) -> Node {
    let parsed: (node: Node, end: Int)?
    switch source[position] {
    case UInt8(ascii: "|"), UInt8(ascii: ">"): return blockScalar(from: position, of: line)
    case UInt8(ascii: "["): parsed = flowSequence(from: position, of: line)
    case UInt8(ascii: "{"): parsed = emptyFlowMapping(from: position, of: line)
    default: parsed = scalar(from: position, to: line.end, line: line.number, inFlow: false)
    }
    guard let parsed, endsCleanly(from: parsed.end, of: line) else {
      return Node(line: line.number, content: .faulty)
    }
    return parsed.node
  }

  private mutating func emptyFlowMapping(from start: Int, of line: Line) -> (node: Node, end: Int)? {
    let close = skipBlanks(from: start + 1, to: line.end)
    guard close < line.end, source[close] == UInt8(ascii: "}") else {
      fault(line.number, Self.braces)
      return nil
    }
    return (Node(line: line.number, content: .mapping(Mapping())), close + 1)
  }

  private mutating func flowSequence(from start: Int, of line: Line) -> (node: Node, end: Int)? {
    var nodes: [Node] = []
    var position = skipBlanks(from: start + 1, to: line.end)
    while position < line.end, source[position] != UInt8(ascii: "]") {
      guard let scalar = scalar(from: position, to: line.end, line: line.number, inFlow: true) else { return nil }
      nodes.append(scalar.node)
      position = skipBlanks(from: scalar.end, to: line.end)
      guard position < line.end, source[position] == UInt8(ascii: ",") else { break }
      position = skipBlanks(from: position + 1, to: line.end)
    }
    guard position < line.end, source[position] == UInt8(ascii: "]") else {
      fault(line.number, "a list that is not closed with ']' on its line (a long one is written as '- entry' lines)")
      return nil
    }
    return (Node(line: line.number, content: .sequence(nodes)), position + 1)
  }

  private mutating func endsCleanly(from end: Int, of line: Line) -> Bool {
    let rest = skipBlanks(from: end, to: line.end)
    if rest == line.end || isComment(rest, line.start) { return true }
    fault(line.number, "unexpected text after the value")
    return false
  }

  /// A `#` starts a comment only after a blank.
  func isComment(_ position: Int, _ lineStart: Int) -> Bool {
    source[position] == UInt8(ascii: "#") && position > lineStart && isBlank(source[position - 1])
  }

  /// A `:` separates key and value only before a blank or the end of the line.
  func isSeparator(_ position: Int, _ end: Int) -> Bool {
    source[position] == UInt8(ascii: ":") && (position + 1 == end || isBlank(source[position + 1]))
  }

  func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }
}
