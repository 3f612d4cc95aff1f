import Testing

@testable import Settings

@Suite("YAML subset: what is refused, and what to write instead")
struct YAMLRefusalTests {
  private static let braces =
    "JSON or a flow mapping (write each entry as 'key: value' on a line of its own, indented under its key; only {}, the "
    + "empty one, is read)"
  private static let listInList = "a list inside a list, or in place of a key (give the inner list a key of its own)"
  private static let quote = "a quote that is not closed on its line (text of several lines begins with '|')"
  private static let section =
    "a TOML section (write 'name:' and its keys on indented lines below; entries of a list begin with '- ')"
  private static let equals = "expected 'key: value', not 'key = value' (that is TOML or an environment file)"
  private static let second = "a second document (one file is one document: leave out all from here, or this line)"

  @Test(
    "names the line of what belongs to a larger YAML",
    arguments: [
      ("a: &x 1", "1: an anchor (write the value out where it is used; quote text that starts with '&')"),
      ("- &x\n  a: 1", "1: a list entry where 'key: value' was expected"),
      ("a:\n  - &x\n    b: 1", "2: an anchor (write the value out where it is used; quote text that starts with '&')"),
      ("a: *x", "1: an alias (write the value out; quote text that starts with '*')"),
      ("a:\n  - *x", "2: an alias (write the value out; quote text that starts with '*')"),
      ("a: !!int 1", "1: a tag (leave it out: a setting knows its own type; quote text that starts with '!')"),
      ("a:\n  <<: *x", "2: a merge key (write the keys out; a key that is really called so is quoted)"),
      ("a: {b: c}", "1: \(braces)"), ("a:\n  - {b: c}", "2: \(braces)"), ("{\n  \"a\": 1\n}", "1: \(braces)"),
      ("{} # x\na: 1", "2: text after '{}', which says that there is nothing"),
      ("a: 1\n---\nb: 2", "2: \(second)"), ("---\n---\n", "2: \(second)"), ("a: |\n  x\n--- # x", "3: \(second)"),
      ("a: 1\n...\n", "2: a document end marker (leave the line out: the document ends with the file)"),
      ("--- a", "1: content on the line of '---' (write it on the next line)"),
      ("%YAML 1.2\n---\n", "1: a directive (leave the line out)"), ("? a", "1: a stray '?'"), (": a", "1: a stray ':'"),
      ("a: @b", "1: plain text cannot start with '@' (quote it)"),
      ("a: 1\n%b: 2", "2: plain text cannot start with '%' (quote it)"),
      ("---a: 1", "1: a key that starts with '---' (quote it)"),
      ("a: [[b]]", "1: \(listInList)"), ("a: [b, [c]]", "1: \(listInList)"), ("a:\n  - [b]", "2: \(listInList)"),
      ("a:\n  - - b", "2: \(listInList)"), ("a:\n  -\n    - b", "3: \(listInList)"), ("[b]: c", "1: \(listInList)"),
      ("a: [b\n  c]", "1: a list that is not closed with ']' on its line (a long one is written as '- entry' lines)"),
      ("a: - b", "1: a stray '-' (each entry of a list stands on a line of its own)"),
      ("a: \"\\x41\"", "1: an escape other than \\\" \\\\ \\n \\t (write the character itself)"),
      ("a: 'b\n  c'", "1: \(quote)"), ("a: \"b\\\"", "1: \(quote)"),
    ])
  func largerYAML(text: String, fault: String) {
    #expect(parse(text).faults == [fault])
  }

  @Test(
    "names the line of what belongs to another format",
    arguments: [
      ("[limits]\nhead = 1", ["1: \(section)", "2: \(equals)"]), ("a: 1\n  [[b]] # x", ["2: \(stray)"]),
      ("[[b]] # x", ["1: \(section)"]), ("a = \"b: c\"", ["1: \(equals)"]), ("A=b", ["1: \(equals)"]),
      ("a:b", ["1: expected 'key: value' (a space behind the colon)"]), ("abc", ["1: expected 'key: value'"]),
      ("a:\n\tb: 1", ["2: a tab in the indentation (use spaces)"]),
      ("a:\n  -\tb: 1", ["2: a tab in the indentation (use spaces)"]),
    ])
  func otherFormats(text: String, faults: [String]) {
    #expect(parse(text).faults == faults)
  }

  private static let stray = "this indentation continues nothing above it"

  @Test(
    "names the line of what is no YAML, or may be meant in two ways",
    arguments: [
      ("a: 1\na: 2", "2: this key was already given on line 1"),
      ("a:\n  b: 1\n  b: 2", "3: this key was already given on line 2"),
      ("a: b: c", "1: a second ': ' on the line (quote the value)"),
      ("a: b:", "1: a second ': ' on the line (quote the value)"),
      ("- a", "1: a list entry where 'key: value' was expected"),
      ("a: 1\n- b\n- c", "2: a list entry where 'key: value' was expected"),
      ("a:\n  - b: c: d", "2: a second ': ' on the line (quote the value)"), ("a:\n  -", "2: an empty list entry"),
      ("a:\n  - # b\n  - c", "2: an empty list entry"), ("a: [b,,c]", "1: a stray ','"),
      ("a: [b c]d", "1: unexpected text after the value"),
      ("a: [-]", "1: a stray '-' (each entry of a list stands on a line of its own)"),
      ("a: [::1]", "1: an entry in brackets that starts with ':' (quote it)"),
      ("a: [b, ?c]", "1: an entry in brackets that starts with '?' (quote it)"),
      ("a: 'b' c", "1: unexpected text after the value"), ("a: 'b'#c", "1: unexpected text after the value"),
      ("  a: 1", "1: \(stray)"), ("a: 1\n  b: 2", "2: \(stray)"), ("a:\n    b: 1\n  c: 2", "3: \(stray)"),
      ("a: b\n  c", "2: \(stray)"), ("a:\n  - b: 1\n     c: 2", "3: \(stray)"),
      ("a:\n  - b: 1\n   c: 2", "3: \(stray)"),
      ("a:\n  - b\n    c: 2", "3: \(stray)"), ("'': 1", "1: expected a key of 1…128 bytes"),
      ("a: b\u{0}c", "1: a control character"), ("a: b\rc", "1: a control character"),
      ("# \u{7F}", "1: a control character"), ("a: \u{80}", "1: a control character"),
      ("a: b\u{85}", "1: a line separator that is no newline"),
      ("a: \u{2028}", "1: a line separator that is no newline"),
      ("a: b\n\u{FEFF}c: d", "2: a byte order mark in the middle of the file"),
    ])
  func noYAML(text: String, fault: String) {
    #expect(parse(text).faults == [fault])
  }

  @Test("collects several faults and still reads the good lines between them")
  func collects() {
    let (tree, faults) = parse("a: &x 1\nb: 2\nc\n  d: 3\ne:\n  - 'f\n  - g\nh: |2\n  i\nj: 4\n")
    #expect(tree == "{a:?,b:2,e:[?,g],h:?,j:4}")
    #expect(faults.map { $0.prefix(2) } == ["1:", "3:", "6:", "8:"])
  }
}
