import Testing

@testable import Settings

@Suite("YAML subset: lists of maps, maps in maps")
struct YAMLMapsTests {
  @Test(
    "reads the maps of a list, behind the dash or below it",
    arguments: [
      ("a:\n  - b: 1\n    c: 2\n  - b: 3\n", "{a:[{b:1,c:2},{b:3}]}"),
      ("a:\n- b: 1\n  c: 2\n- b: 3\nd: 4", "{a:[{b:1,c:2},{b:3}],d:4}"),
      ("a:\n  -\n    b: 1\n    c: 2\n  - # note\n   d: 3\n", "{a:[{b:1,c:2},{d:3}]}"),
      ("a:\n  -   b: 1\n      c: 2\n", "{a:[{b:1,c:2}]}"),
      ("a:\n  - b:\n    c: 2\n", "{a:[{b:~,c:2}]}"), ("a:\n  - b:\n      c: 2\n    d: 3\n", "{a:[{b:{c:2},d:3}]}"),
      ("a:\n  - b:\n    - c\n    - d: 1\n      e: 2\n", "{a:[{b:[c,{d:1,e:2}]}]}"),
      ("a:\n  - b: [c, 'd']\n    e: {}\n", "{a:[{b:[c,d],e:{}}]}"),
      ("a:\n  - 'b': 1\n  - \"c d\" : 2\n", "{a:[{b:1},{c d:2}]}"), ("a:\n  - {}\n  - x\n  - ~\n", "{a:[{},x,~]}"),
      ("a:\n  - 'b: c'\n  - \"d\"\n  - e#f\n  - g # h: i\n", "{a:[b: c,d,e#f,g]}"),
      ("a:\n  - b: 1 # x\n\n  # y\n    c: 2\n", "{a:[{b:1,c:2}]}"),
      ("a:\n  - http://b:1/c\n  - ::1\n  - b:c\n", "{a:[http://b:1/c,::1,b:c]}"),
      (
        "groups:\n  - name: x\n    rates:\n      submits: 30/1m\n    endpoints: [p, q]\n",
        "{groups:[{name:x,rates:{submits:30/1m},endpoints:[p,q]}]}"
      ),
    ])
  func reads(text: String, tree: String) {
    let (read, faults) = parse(text)
    #expect(read == tree && faults.isEmpty, "\(faults)")
  }

  private func mapping(_ node: YAMLSubset.Node) -> YAMLSubset.Mapping? {
    if case .mapping(let mapping) = node.content { mapping } else { nil }
  }

  @Test("keeps the line of every map and of every key in it")
  func lines() throws {
    let (root, _) = YAMLSubset.parse(secret("a:\n\n  - b: 1\n    c: 2\n  -\n    d: 3\n"))
    guard case .sequence(let nodes) = try #require(root.entries.first).value.content else {
      Issue.record("not a sequence")
      return
    }
    #expect(nodes.map(\.line) == [3, 5])
    let keys = nodes.flatMap { mapping($0)?.entries.map(\.line) ?? [] }
    #expect(keys == [3, 4, 6])
  }

  @Test("knows which map has lost a line to a fault")
  func isWhole() throws {
    let (root, faults) = YAMLSubset.parse(
      secret("a:\n  - b\n  - c: 1\n    d\n  - e: 1\n    f: &x\n  - g: 1\n      h: 2\n"))
    guard case .sequence(let nodes) = try #require(root.entries.first).value.content else {
      Issue.record("not a sequence")
      return
    }
    let whole = nodes.compactMap { mapping($0)?.isWhole }
    #expect(whole == [false, true, false] && faults.map(\.line) == [4, 6, 8] && root.isWhole)
  }

  @Test("takes maps 16 levels deep, in lists too, and refuses the 17th")
  func depth() {
    func nested(_ levels: Int) -> String {
      (0..<levels).map { String(repeating: " ", count: 2 * $0) + ($0 == 0 ? "k:" : "- k:") + "\n" }.joined()
    }
    #expect(parse(nested(16)).faults.isEmpty)
    #expect(parse(nested(17)).faults == ["17: nested more than 16 levels deep"])
    #expect(parse(nested(500)).faults == ["17: nested more than 16 levels deep"])
  }
}
