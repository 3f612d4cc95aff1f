import Testing

@testable import Settings

@Suite("YAML subset: block scalars")
struct YAMLBlockScalarTests {
  @Test(
    "reads literal text, and keeps, clips or strips its end",
    arguments: [
      ("a: |\n  x\n   y\n\n  z\nb: 1\n", "{a:x\n y\n\nz\n,b:1}"), ("a: |-\n  x\n\n", "{a:x}"),
      ("a: |\n  x\n\n\nb: 1\n", "{a:x\n,b:1}"), ("a: |+\n  x\n\n\nb: 1\n", "{a:x\n\n\n,b:1}"),
      ("a: |\n\n\n  x\n", "{a:\n\nx\n}"), ("a: |\n    x\n      y\n", "{a:x\n  y\n}"),
      ("a: |\r\n  x\r\n  y\r\n", "{a:x\ny\n}"), ("a: | # note\n  # text\n", "{a:# text\n}"),
      ("a: |\n  x\n # note\nb: 1\n", "{a:x\n,b:1}"), ("a: |\n  - b: [c\n  'd\n", "{a:- b: [c\n'd\n}"),
      ("a: |\n  null\n", "{a:null\n}"), ("a: |-\n  x", "{a:x}"), ("a: |\nb: |-\n", "{a:,b:}"),
      ("a: |+\n\n\nb: 1\n", "{a:\n\n,b:1}"), ("a: |\n\n  \nb: 1\n", "{a:,b:1}"), ("a: |\n  x\n  \ty\n", "{a:x\n\ty\n}"),
      ("a: |\n  x\n    \n", "{a:x\n  \n}"), ("a: |\n  x \n", "{a:x \n}"), ("a: |", "{a:}"),
    ])
  func literal(text: String, tree: String) {
    let (read, faults) = parse(text)
    #expect(read == tree && faults.isEmpty)
  }

  @Test(
    "folds lines of text, but neither blank ones nor those that are indented further",
    arguments: [
      ("a: >\n  x\n  y\n", "{a:x y\n}"), ("a: >-\n  x\n\n  y\n", "{a:x\ny}"), ("a: >\n  x\n\n\n  y\n", "{a:x\n\ny\n}"),
      ("a: >\n  x\n    y\n  z\n", "{a:x\n  y\nz\n}"), ("a: >\n  x\n\n    y\n\n  z\n", "{a:x\n\n  y\n\nz\n}"),
      ("a: >+\n  x\n\n", "{a:x\n\n}"), ("a: >\n\n  x\n", "{a:\nx\n}"),
    ])
  func folded(text: String, tree: String) {
    let (read, faults) = parse(text)
    #expect(read == tree && faults.isEmpty)
  }

  @Test("stands wherever a value can, deeper than its key or dash")
  func places() {
    let (tree, faults) = parse(
      "a:\n- |\n x\n- b: >-\n    y\n    z\n  c: |-\n   w\n-\n  d:\n  - |-\n    v\n")
    #expect(tree == "{a:[x\n,{b:y z,c:w},{d:[v]}]}")
    #expect(faults.isEmpty)
  }

  @Test(
    "refuses what parsers read differently or not at all, with the line",
    arguments: [
      ("a: |2\n  x\nb: 1\n", "1: an indentation number in front of a text"),
      ("a: |-2\n  x\n", "1: an indentation number"),
      ("a: |x\n  y\n", "1: text behind '|' or '>'"), ("a: |#x\n", "1: text behind"),
      ("a: |+-\n  y\n", "1: text behind"),
      ("a: |\n     \n  x\n", "3: a blank line above has more spaces"), ("a: |\n\tx\n", "2: a tab"),
      ("a: |\n  \tx\n", "2: a tab"), ("a: |\n   x\n \ty\n", "3: a tab"), ("a: |\n  x\n\t\nb: 1\n", "3: a tab"),
      ("a: |\n    x\n  y\n", "3: this indentation continues nothing"),
      ("a: |\n  x\n # y\n  z\n", "4: this indentation"),
      ("a: |\n  x", "2: no newline at the end of the file"), ("a: |+\n  x\n  ", "3: no newline at the end"),
      ("a: |\n  x\u{1}\n", "2: a control character"), ("| a: b\n", "1: a block scalar where none can stand"),
      ("a: [|]\n", "1: a block scalar where none can stand"),
    ])
  func refuses(text: String, fault: String) {
    let faults = parse(text).faults
    #expect(faults.count == 1 && faults[0].hasPrefix(fault), "\(faults)")
  }

  @Test("leaves the lines after a wrong header to nobody else")
  func consumesWrongText() {
    let (tree, faults) = parse("a: |9\n  x: y\n  - z\nb: 1\n")
    #expect(tree == "{a:?,b:1}" && faults.count == 1)
  }
}
