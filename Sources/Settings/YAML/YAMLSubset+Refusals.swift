/// What is not read, and what to write instead.
extension YAMLSubset {
  static let tab = "a tab in the indentation (use spaces)"
  static let listInList = "a list inside a list, or in place of a key (give the inner list a key of its own)"
  static let braces =
    "JSON or a flow mapping (write each entry as 'key: value' on a line of its own, indented under its key; only {}, the "
    + "empty one, is read)"

  /// Why no plain scalar may start at `position`, or nil when it may (YAML 1.2 §7.3.3).
  func refusal(ofPlainAt position: Int, to end: Int, inFlow: Bool = false) -> String? {
    let first = source[position]
    let shown = Character(UnicodeScalar(first))
    switch first {
    case UInt8(ascii: "&"): return "an anchor (write the value out where it is used; quote text that starts with '&')"
    case UInt8(ascii: "*"): return "an alias (write the value out; quote text that starts with '*')"
    case UInt8(ascii: "!"):
      return "a tag (leave it out: a setting knows its own type; quote text that starts with '!')"
    case UInt8(ascii: "|"), UInt8(ascii: ">"):
      return "a block scalar where none can stand (only behind 'key: ' or '- '; quote text that starts with '\(shown)')"
    case UInt8(ascii: "{"): return Self.braces
    case UInt8(ascii: "["): return Self.listInList
    case UInt8(ascii: "@"), UInt8(ascii: "`"), UInt8(ascii: "%"):
      return "plain text cannot start with '\(shown)' (quote it)"
    case UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ","), UInt8(ascii: "#"): return "a stray '\(shown)'"
    // Allowed since YAML 1.2, but older parsers take it for a key or a value.
    case UInt8(ascii: "?") where inFlow, UInt8(ascii: ":") where inFlow:
      return "an entry in brackets that starts with '\(shown)' (quote it)"
    case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"):
      let isAlone =
        position + 1 == end || isBlank(source[position + 1])
        || (inFlow && isFlowEnd(position + 1, end))
      guard isAlone else { return nil }
      if first == UInt8(ascii: "-") { return "a stray '-' (each entry of a list stands on a line of its own)" }
      return "a stray '\(shown)'"
    default: return nil
    }
  }

  /// Why the line cannot be a key and its value, whatever else is on it; nil when it may.
  func refusal(ofKeyOn line: Line) -> String? {
    switch source[line.start] {
    case UInt8(ascii: "-") where isListEntry(line): "a list entry where 'key: value' was expected"
    case UInt8(ascii: "[") where isSection(line):
      "a TOML section (write 'name:' and its keys on indented lines below; entries of a list begin with '- ')"
    // Allowed, but some parsers take it for the start of a document.
    case UInt8(ascii: "-") where line.indent == 0 && startsWithDashes(line): "a key that starts with '---' (quote it)"
    default: refusal(ofPlainAt: line.start, to: line.end)
    }
  }

  /// What is wrong with the plain text from `start` to `end`, which no `: ` follows.
  func refusal(ofTextWithoutValue start: Int, _ end: Int) -> String {
    for position in start..<end {
      if source[position] == UInt8(ascii: "=") { return Self.equals }
      if source[position] == UInt8(ascii: ":") { return "expected 'key: value' (a space behind the colon)" }
    }
    return "expected 'key: value'"
  }

  /// What is wrong with a plain key that could be read; nil when nothing is.
  func refusal(ofPlainKey key: SecretBytes) -> String? {
    if key.equals("<<") { return "a merge key (write the keys out; a key that is really called so is quoted)" }
    for index in 0..<key.count where key[index] == UInt8(ascii: "=") && index > 0 && isBlank(key[index - 1]) {
      return Self.equals
    }
    return nil
  }

  private static let equals = "expected 'key: value', not 'key = value' (that is TOML or an environment file)"

  private func startsWithDashes(_ line: Line) -> Bool {
    line.end - line.start >= 3 && (line.start..<line.start + 3).allSatisfy { source[$0] == UInt8(ascii: "-") }
  }

  /// Brackets around the whole line.
  private func isSection(_ line: Line) -> Bool {
    var position = line.start
    while position < line.end, !isComment(position, line.start) { position += 1 }
    var last = position
    while last > line.start, isBlank(source[last - 1]) { last -= 1 }
    return source[last - 1] == UInt8(ascii: "]")
  }
}
