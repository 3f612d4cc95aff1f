/// A strict reader of the part of YAML 1.2 that a configuration file needs.
///
/// Read are: block mappings by indentation with spaces, block sequences of scalars (`- x`, indented or at the column of
/// their key), flow sequences of scalars on one line (`[a, "b"]`), the empty forms `[]` and `{}`, plain, single-quoted
/// and double-quoted scalars on one line (escapes `\" \\ \n \t`), comments, one `---` at the top. An empty value, `~`
/// and `null` are null. Anything else – anchors, aliases, tags, block scalars, flow mappings with content, several
/// documents, tabs in the indentation, duplicate keys – is a fault with its line number, so every file accepted here
/// means the same to a full YAML parser.
///
/// Why not Yams: it links all of Foundation with ICU; measured, the static stripped binary is 58 MB with it and 6 MB
/// without. A configuration file of scalars and lists does not need the rest of YAML, and most of that rest only serves
/// to surprise.
///
/// Faults never quote the file, because the file may hold tokens. No input crashes the reader; nesting is limited to
/// 16 levels, keys to 128 bytes, and after 100 faults it stops reporting.
struct YAMLSubset {
  static let depthLimit = 16
  static let keyLimit = 128
  static let faultLimit = 100
  /// The largest file worth reading, in bytes; enforced by whoever reads it.
  static let sizeLimit = 1 << 20

  let source: SecretBytes
  var lines: [Line] = []
  var faults: [Fault] = []
  private var next = 0

  private init(source: SecretBytes) { self.source = source }

  /// The entries of the top-level mapping in file order and all faults in line order.
  static func parse(_ source: SecretBytes) -> (root: [Entry], faults: [Fault]) {
    var parser = YAMLSubset(source: source)
    parser.readLines()
    let root = parser.document()
    return (root, parser.faults.sorted { $0.line < $1.line })
  }

  mutating func fault(_ line: Int, _ message: String) {
    if faults.count < Self.faultLimit { faults.append(Fault(line: line, message: message)) }
  }

  private var following: Line? { next < lines.count ? lines[next] : nil }

  private mutating func document() -> [Entry] {
    if lines.count == 1, isEmptyMapping(lines[0]) { return [] }
    skipStray(deeperThan: 0)
    return mapping(indent: 0, depth: 1)
  }

  /// The entries whose keys stand at column `indent`; ends at the first line left of it.
  private mutating func mapping(indent: Int, depth: Int) -> [Entry] {
    var entries: [Entry] = []
    var seen: [String: Int] = [:]
    while let line = following, line.indent == indent {
      next += 1
      guard !line.isBroken, let key = key(of: line) else {
        skip(deeperThan: indent)
        continue
      }
      let value = value(from: key.end, of: line, depth: depth)
      skipStray(deeperThan: indent)
      if let first = seen[key.text] {
        fault(line.number, "this key was already given on line \(first)")
      } else {
        seen[key.text] = line.number
        entries.append(Entry(key: key.text, line: line.number, value: value))
      }
    }
    return entries
  }

  private mutating func value(from start: Int, of line: Line, depth: Int) -> Node {
    let position = skipBlanks(from: start, to: line.end)
    if position < line.end, source[position] != UInt8(ascii: "#") {
      return inlineValue(from: position, of: line)
    }
    let null = Node(line: line.number, content: .null)
    guard let child = following else { return null }
    if isListEntry(child), child.indent >= line.indent {
      return Node(line: line.number, content: .sequence(sequence(indent: child.indent)))
    }
    guard child.indent > line.indent else { return null }
    guard depth < Self.depthLimit else {
      fault(child.number, "nested more than \(Self.depthLimit) levels deep")
      skip(deeperThan: line.indent)
      return null
    }
    return Node(line: line.number, content: .mapping(mapping(indent: child.indent, depth: depth + 1)))
  }

  private mutating func sequence(indent: Int) -> [Node] {
    var nodes: [Node] = []
    while let line = following, line.indent == indent, isListEntry(line) {
      next += 1
      if !line.isBroken, let node = listEntry(line) { nodes.append(node) }
      skipStray(deeperThan: indent)
    }
    return nodes
  }

  private mutating func skip(deeperThan indent: Int) {
    while let line = following, line.indent > indent { next += 1 }
  }

  /// Lines deeper than `indent` that belong to nothing: one fault for the first of them tells the whole story.
  private mutating func skipStray(deeperThan indent: Int) {
    guard let line = following, line.indent > indent else { return }
    if !line.isBroken { fault(line.number, "this indentation continues nothing above it") }
    skip(deeperThan: indent)
  }
}
