import Testing

@testable import Settings

@Suite("YAML subset: what is read")
struct YAMLSubsetTests {
  @Test(
    "reads the documented forms",
    arguments: [
      ("", "{}"), ("# only a comment", "{}"), ("{}", "{}"), ("{ } # none", "{}"), ("---\na: 1\n", "{a:1}"),
      ("--- # start\na: 1", "{a:1}"), ("\u{FEFF}a: 1", "{a:1}"), ("a: 1\r\nb: 2\r\n", "{a:1,b:2}"),
      ("a:\n  b:\n    c: d\n  e: f\ng: h", "{a:{b:{c:d},e:f},g:h}"),
      ("a:\n  - x\n  - y\nb: z", "{a:[x,y],b:z}"), ("a:\n- x\n- y\nb: z", "{a:[x,y],b:z}"),
      ("a: [x, \"y\", 'z']", "{a:[x,y,z]}"), ("a: [x, y,]", "{a:[x,y]}"), ("a: []\nb: {}", "{a:[],b:{}}"),
      ("a:\nb: ~\nc: null\nd: \"null\"\ne: \"\"", "{a:~,b:~,c:~,d:null,e:}"),
      ("a: x # y\nb: x#y\nc: '#z'", "{a:x,b:x#y,c:#z}"), ("a: it's # x", "{a:it's}"),
      ("a: 'it''s'", "{a:it's}"), ("a: \"\\\"\\\\\\n\\t\"", "{a:\"\\\n\t}"), ("a: http://b:1/c", "{a:http://b:1/c}"),
      ("a: ::1\n\"b\" : c\n'd e': f", "{a:::1,b:c,d e:f}"), ("a:\tb\t# c", "{a:b}"), ("a: -1\nb: -x", "{a:-1,b:-x}"),
      ("a:\n\n  # note\n  b: c\n \n", "{a:{b:c}}"), ("a: [ # ]\n", "{a:?}"), ("é: ü", "{é:ü}"),
    ])
  func reads(text: String, tree: String) {
    #expect(parse(text).tree == tree)
  }

  @Test("keeps the line of every entry and of every list item")
  func lines() throws {
    let (root, faults) = YAMLSubset.parse(secret("\n# x\na: 1\nb:\n  - p\n\n  - q\n"))
    #expect(faults.isEmpty && root.map(\.line) == [3, 4])
    guard case .sequence(let nodes) = try #require(root.last).value.content else {
      Issue.record("not a sequence")
      return
    }
    #expect(nodes.map(\.line) == [5, 7])
  }

  @Test(
    "refuses everything else and names the line",
    arguments: [
      ("a: &x 1", "1: an anchor"), ("a: *x", "1: an alias (quote the text if a '*' is meant)"),
      ("a: !!int 1", "1: a tag"),
      ("a: |\n  x", "1: a block scalar (write the text on one line)"),
      ("a: >-\n  x", "1: a block scalar (write the text on one line)"),
      ("a: {b: c}", "1: a flow mapping (write its entries on lines of their own)"),
      ("a: 1\n---\nb: 2", "2: a second document"), ("---\n---\n", "2: a second document"),
      ("a: 1\n...\n", "2: a document end marker"), ("--- a", "1: content on the line of '---'"),
      ("a:\n\tb: 1", "2: a tab in the indentation (use spaces)"),
      ("a: 1\na: 2", "2: this key was already given on line 1"),
      ("a:\n  b: 1\n  b: 2", "3: this key was already given on line 2"),
      ("a: b: c", "1: a second ': ' on the line (quote the value)"),
      ("a: b:", "1: a second ': ' on the line (quote the value)"), ("abc", "1: expected 'key: value'"),
      ("- a", "1: a list entry where 'key: value' was expected"),
      ("a:\n  - b: c", "2: a second ': ' on the line (quote the value)"),
      ("a:\n  - - b", "2: a stray '-'"), ("a:\n  -", "2: an empty list entry"),
      ("a:\n  - [b]", "2: a list inside a list, or in place of a key"),
      ("a: [b, [c]]", "1: a list inside a list, or in place of a key"),
      ("a: [b", "1: a list that is not closed with ']' on its line"),
      ("a: [b,,c]", "1: a stray ','"), ("a: [b c]d", "1: unexpected text after the value"),
      ("a: [-]", "1: a stray '-'"),
      ("a: 'b", "1: a quote that is not closed on its line"),
      ("a: \"b\\\"", "1: a quote that is not closed on its line"),
      ("a: \"\\x41\"", "1: an escape other than \\\" \\\\ \\n \\t"), ("a: 'b' c", "1: unexpected text after the value"),
      ("a: 'b'#c", "1: unexpected text after the value"), ("a: @b", "1: plain text cannot start with '@' (quote it)"),
      ("%YAML 1.2\n---\n", "1: plain text cannot start with '%' (quote it)"), ("? a", "1: a stray '?'"),
      (": a", "1: a stray ':'"),
      ("  a: 1", "1: this indentation continues nothing above it"),
      ("a: 1\n  b: 2", "2: this indentation continues nothing above it"),
      ("a:\n    b: 1\n  c: 2", "3: this indentation continues nothing above it"),
      ("a: b\n  c", "2: this indentation continues nothing above it"), ("'': 1", "1: expected a key of 1…128 bytes"),
      ("a: b\u{0}c", "1: a control character"), ("a: b\rc", "1: a control character"),
      ("# \u{7F}", "1: a control character"),
    ])
  func refuses(text: String, fault: String) {
    #expect(parse(text).faults.first == fault)
  }

  @Test("collects several faults and still reads the good lines between them")
  func collects() {
    let (tree, faults) = parse("a: &x 1\nb: 2\nc\n  d: 3\ne:\n  - 'f\n  - g\nh: |\n  i\nj: 4\n")
    #expect(tree == "{a:?,b:2,e:[g],h:?,j:4}")
    #expect(faults.map { $0.prefix(2) } == ["1:", "3:", "6:", "8:", "9:"])
  }
}
