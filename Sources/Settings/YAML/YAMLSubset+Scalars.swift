/// Plain and quoted scalars.
extension YAMLSubset {
  /// The scalar that starts at `start` and the position after it; in a flow sequence a plain one ends at `,` or `]`.
  mutating func scalar(from start: Int, to end: Int, line: Int, inFlow: Bool) -> (node: Node, end: Int)? {
    let first = source[start]
    if isQuote(first) {
      guard let quoted = quoted(from: start, to: end, line: line) else { return nil }
      return (Node(line: line, content: .scalar(quoted.bytes)), quoted.end)
    }
    if let reason = refusal(ofPlainAt: start, to: end, inFlow: inFlow) {
      fault(line, reason)
      return nil
    }
    var position = start
    scan: while position < end, !isComment(position, start) {
      switch source[position] {
      case UInt8(ascii: ",") where inFlow, UInt8(ascii: "]") where inFlow: break scan
      case UInt8(ascii: "[") where inFlow, UInt8(ascii: "{") where inFlow, UInt8(ascii: "}") where inFlow:
        fault(line, "a bracket inside a plain list entry (quote the entry)")
        return nil
      case UInt8(ascii: ":") where isSeparator(position, end) || (inFlow && isFlowEnd(position + 1, end)):
        fault(line, "a second ': ' on the line (quote the value)")
        return nil
      default: position += 1
      }
    }
    var last = position
    while last > start, isBlank(source[last - 1]) { last -= 1 }
    let bytes = source.copy(start..<last)
    let isNull = bytes.equals("~") || bytes.equals("null")
    return (Node(line: line, content: isNull ? .null : .scalar(bytes)), position)
  }

  func isFlowEnd(_ position: Int, _ end: Int) -> Bool {
    position < end && (source[position] == UInt8(ascii: ",") || source[position] == UInt8(ascii: "]"))
  }

  /// The content of the quoted scalar at `start` and the position after its closing quote.
  mutating func quoted(from start: Int, to end: Int, line: Int) -> (bytes: SecretBytes, end: Int)? {
    let quote = source[start]
    let isDouble = quote == UInt8(ascii: "\"")
    var position = start + 1
    var problem: String?
    var isClosed = false
    let bytes = SecretBytes(capacity: end - start) { (target) throws(Never) in
      var count = 0
      while position < end {
        var byte = source[position]
        position += 1
        if byte == quote {
          // '' inside single quotes stands for one quote.
          guard !isDouble, position < end, source[position] == quote else {
            isClosed = true
            break
          }
          position += 1
        } else if isDouble, byte == UInt8(ascii: "\\"), position < end {
          switch source[position] {
          case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte = source[position]
          case UInt8(ascii: "n"): byte = UInt8(ascii: "\n")
          case UInt8(ascii: "t"): byte = UInt8(ascii: "\t")
          default: problem = "an escape other than \\\" \\\\ \\n \\t (write the character itself)"
          }
          position += 1
        }
        target[count] = byte
        count += 1
      }
      return count
    }
    if !isClosed { problem = "a quote that is not closed on its line (text of several lines begins with '|')" }
    if let problem {
      fault(line, problem)
      return nil
    }
    return (bytes, position)
  }

  /// The position of the quote that closes the one at `start`, or `end`.
  func closingQuote(from start: Int, to end: Int) -> Int {
    let quote = source[start]
    var position = start + 1
    while position < end {
      if source[position] == quote {
        let isDoubled = quote == UInt8(ascii: "'") && position + 1 < end && source[position + 1] == quote
        if !isDoubled { return position }
        position += 1
      } else if quote == UInt8(ascii: "\""), source[position] == UInt8(ascii: "\\") {
        position += 1
      }
      position += 1
    }
    return end
  }
}
