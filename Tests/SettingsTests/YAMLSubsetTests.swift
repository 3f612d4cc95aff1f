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
    #expect(faults.isEmpty && root.entries.map(\.line) == [3, 4])
    guard case .sequence(let nodes) = try #require(root.entries.last).value.content else {
      Issue.record("not a sequence")
      return
    }
    #expect(nodes.map(\.line) == [5, 7])
  }
}
