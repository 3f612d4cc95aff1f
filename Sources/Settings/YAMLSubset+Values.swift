/// What stands on one line: a key, a list entry, an inline value.
extension YAMLSubset {
  /// The key of a mapping line and the position after its colon; a fault and nil when there is none.
  mutating func key(of line: Line) -> (text: String, end: Int)? {
    if isListEntry(line) {
      fault(line.number, "a list entry where 'key: value' was expected")
      return nil
    }
    let first = source[line.start]
    let bytes: SecretBytes
    var position: Int
    if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
      guard let quoted = quoted(from: line.start, to: line.end, line: line.number) else { return nil }
      bytes = quoted.bytes
      position = skipBlanks(from: quoted.end, to: line.end)
    } else {
      if let reason = refusal(ofPlainAt: line.start, to: line.end) {
        fault(line.number, reason)
        return nil
      }
      position = line.start
      while position < line.end, !isSeparator(position, line.end), !isComment(position, line.start) { position += 1 }
      var last = position
      while last > line.start, isBlank(source[last - 1]) { last -= 1 }
      bytes = source.copy(line.start..<last)
    }
    guard position < line.end, isSeparator(position, line.end) else {
      fault(line.number, "expected 'key: value'")
      return nil
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
    guard line.indent == 0, !line.isBroken, source[line.start] == UInt8(ascii: "{") else { return false }
    let close = skipBlanks(from: line.start + 1, to: line.end)
    guard close < line.end, source[close] == UInt8(ascii: "}") else { return false }
    let rest = skipBlanks(from: close + 1, to: line.end)
    return rest == line.end || isComment(rest, line.start)
  }

  /// The scalar after `- `; a fault and nil when it is anything else.
  mutating func listEntry(_ line: Line) -> Node? {
    let position = skipBlanks(from: line.start + 1, to: line.end)
    guard position < line.end, source[position] != UInt8(ascii: "#") else {
      fault(line.number, "an empty list entry")
      return nil
    }
    guard let scalar = scalar(from: position, to: line.end, line: line.number, inFlow: false),
      endsCleanly(from: scalar.end, of: line)
    else { return nil }
    return scalar.node
  }

  /// The value that starts at `position`, on the line of its key; null after a fault.
  mutating func inlineValue(from position: Int, of line: Line) -> Node {
    let parsed: (node: Node, end: Int)?
    switch source[position] {
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
      fault(line.number, "a flow mapping (write its entries on lines of their own)")
      return nil
    }
    return (Node(line: line.number, content: .mapping([])), close + 1)
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
      fault(line.number, "a list that is not closed with ']' on its line")
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
}
