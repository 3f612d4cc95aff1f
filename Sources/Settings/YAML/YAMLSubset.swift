/// A strict reader of the part of YAML 1.2 that a configuration file needs.
///
/// Read are: block mappings by indentation with spaces; block sequences (`- x`, indented or at the column of their key)
/// of scalars and of mappings, whose first key stands behind the dash or, with the others, on the lines below it; flow
/// sequences of scalars on one line (`[a, "b"]`); the empty forms `[]` and `{}`; plain, single-quoted and double-quoted
/// scalars on one line (escapes `\" \\ \n \t`); block scalars (`|` and `>`, with `-` or `+`); comments; one `---` at the
/// top. An empty value, `~` and `null` are null. Anything else – anchors, aliases, tags, merge keys, flow mappings with
/// content, lists directly in lists, several documents, tabs in the indentation, duplicate keys – is a fault with its
/// line number that says what to write instead, so every file accepted here means the same to a full YAML parser.
///
/// Why not Yams: it links all of Foundation with ICU; measured, the static stripped binary is 58 MB with it and 6 MB
/// without. A configuration file of scalars, lists and maps does not need the rest of YAML, and most of that rest only
/// serves to surprise.
///
/// Faults never quote the file, because the file may hold tokens. No input crashes the reader, and none makes it read a
/// line more than a few times; mappings nest up to 16 levels, keys have up to 128 bytes, and after 100 faults it stops
/// reporting.
struct YAMLSubset {
  static let depthLimit = 16
  static let keyLimit = 128
  static let faultLimit = 100
  /// The largest file worth reading, in bytes; enforced by whoever reads it.
  static let sizeLimit = 1 << 20

  let source: SecretBytes
  var faults: [Fault] = []
  /// Where the next line to be read begins.
  var cursor = 0
  /// How many lines have been read.
  var lineCount = 0
  /// A line that has been read and not taken.
  var waiting: Line?
  /// Whether something has been read after which no `---` may follow: one, or a line with content.
  var hasBegun = false

  private init(source: SecretBytes) { self.source = source }

  /// The top-level mapping and all faults in line order.
  static func parse(_ source: SecretBytes) -> (root: Mapping, faults: [Fault]) {
    var parser = YAMLSubset(source: source)
    let root = parser.document()
    return (root, parser.faults.sorted { $0.line < $1.line })
  }

  mutating func fault(_ line: Int, _ message: String) {
    if faults.count < Self.faultLimit { faults.append(Fault(line: line, message: message)) }
  }

  private mutating func document() -> Mapping {
    skipByteOrderMark()
    if let first = following(), !first.isBroken, source[first.start] == UInt8(ascii: "{") {
      take()
      if !isEmptyMapping(first) {
        fault(first.number, Self.braces)
      } else if let second = following() {
        fault(second.number, "text after '{}', which says that there is nothing")
      }
      stop()
      return Mapping()
    }
    let hasStray = skipStray(deeperThan: 0)
    var root = mapping(indent: 0, depth: 1)
    if hasStray { root.isWhole = false }
    return root
  }

  /// The entries whose keys stand at column `indent`; ends at the first line left of it. The first entry may stand behind
  /// the dash of a list: then its line is already taken.
  mutating func mapping(indent: Int, depth: Int, behindDash first: Line? = nil) -> Mapping {
    var mapping = Mapping()
    var seen: [String: Int] = [:]
    var first = first
    while let line = first ?? take(at: indent) {
      first = nil
      guard !line.isBroken, let key = key(of: line) else {
        mapping.isWhole = false
        skipValue(of: line)
        continue
      }
      let value = value(from: key.end, of: line, depth: depth)
      if case .faulty = value.content {
        skipValue(of: line)
      } else if skipStray(deeperThan: indent) {
        mapping.isWhole = false
      }
      if let first = seen[key.text] {
        fault(line.number, "this key was already given on line \(first)")
      } else {
        seen[key.text] = line.number
        mapping.entries.append(Entry(key: key.text, line: line.number, value: value))
      }
    }
    return mapping
  }

  private mutating func value(from start: Int, of line: Line, depth: Int) -> Node {
    let position = skipBlanks(from: start, to: line.end)
    if position < line.end, source[position] != UInt8(ascii: "#") {
      return inlineValue(from: position, of: line)
    }
    guard let child = following() else { return Node(line: line.number, content: .null) }
    if isListEntry(child), child.indent >= line.indent {
      return Node(line: line.number, content: .sequence(sequence(indent: child.indent, depth: depth)))
    }
    guard child.indent > line.indent else { return Node(line: line.number, content: .null) }
    return mappingBelow(child.indent, of: line, depth: depth)
  }

  /// The mapping at column `indent` as the value of `line`, or as the entry that its dash begins.
  mutating func mappingBelow(_ indent: Int, of line: Line, depth: Int, behindDash first: Line? = nil) -> Node {
    guard depth < Self.depthLimit else {
      fault(first?.number ?? following()?.number ?? line.number, "nested more than \(Self.depthLimit) levels deep")
      return Node(line: line.number, content: .faulty)
    }
    return Node(line: line.number, content: .mapping(mapping(indent: indent, depth: depth + 1, behindDash: first)))
  }

  private mutating func sequence(indent: Int, depth: Int) -> [Node] {
    var nodes: [Node] = []
    while let line = following(), line.indent == indent, isListEntry(line) {
      take()
      var node = line.isBroken ? Node(line: line.number, content: .faulty) : listEntry(line, depth: depth)
      if case .faulty = node.content {
        skip(deeperThan: indent)
      } else if skipStray(deeperThan: indent) {
        node = Node(line: line.number, content: .faulty)
      }
      nodes.append(node)
    }
    return nodes
  }

  // MARK: - Passing over lines

  private mutating func skip(deeperThan indent: Int) {
    while let line = following(), line.indent > indent { take() }
  }

  /// Passes over all that would be the value of `line`, which has been reported: deeper lines, and a list at its column.
  private mutating func skipValue(of line: Line) {
    while let next = following(), next.indent > line.indent || (next.indent == line.indent && isListEntry(next)) {
      take()
    }
  }

  /// Lines deeper than `indent` that belong to nothing: one fault for the first of them tells the whole story.
  @discardableResult
  private mutating func skipStray(deeperThan indent: Int) -> Bool {
    guard let line = following(), line.indent > indent else { return false }
    if !line.isBroken { fault(line.number, "this indentation continues nothing above it") }
    skip(deeperThan: indent)
    return true
  }
}
