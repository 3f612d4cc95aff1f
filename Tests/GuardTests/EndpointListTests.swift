import TestSupport
import Testing

@testable import Guard

@Suite("A list of endpoint patterns")
struct EndpointListTests {
  /// What patterns and ids are made of: few words, so that they meet.
  private static let words = ["a", "b", "ab", "ab-1", "workflows", "comfy", "stream", "requests", "a*b"]
  private static let wildcards = ["*", "**", "?", "a*", "*b", "ab-*", "a?", #"a\*b"#, "***", #"\a"#, "w*", "workflow?"]

  private func path(_ words: [String], _ count: ClosedRange<Int>, _ random: inout SplitMix64) -> String {
    (0..<Int.random(in: count, using: &random)).map { _ in words.randomElement(using: &random)! }.joined(separator: "/")
  }

  /// A pattern, of those that can be one.
  private func pattern(_ random: inout SplitMix64) -> EndpointPattern {
    while true {
      let isWild = Bool.random(using: &random)
      let text = path(isWild ? Self.words + Self.wildcards : Self.words, 1...5, &random)
        .replacing("a*b", with: isWild ? "a*b" : #"a\*b"#)
      if let pattern = try? EndpointPattern(text) { return pattern }
    }
  }

  @Test("decides exactly as asking one pattern after the other", arguments: 0..<400 as Range<UInt64>)
  func property(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let patterns = (0..<Int.random(in: 0...12, using: &random)).map { _ in pattern(&random) }
    let list = EndpointList(patterns)
    var (faults, allowed) = ([String](), 0)
    for _ in 0..<200 {
      let id = Array(path(Self.words, 1...6, &random).utf8)
      let app = Array(path(Self.words, 1...3, &random).utf8)
      let alias = Array(path(Self.words, 1...1, &random).utf8)
      let expected = (
        patterns.contains { $0.allows(endpoint: id.span) }, patterns.contains { $0.allows(app: app.span) },
        patterns.contains { $0.allows(alias: alias.span) }
      )
      let found = (list.allows(endpoint: id.span), list.allows(app: app.span), list.allows(alias: alias.span))
      if found != expected { faults.append("\(String(decoding: id, as: UTF8.self)): \(found), not \(expected)") }
      if found.0 || found.1 { allowed += 1 }
    }
    #expect(faults == [], "\(patterns.map(\.text))")
    // Of most lists something is allowed, else this would say little.
    #expect(allowed > 0 || patterns.count < 12)
  }

  @Test("knows every entry of a thousand, its stream and its app, and none beside them")
  func thousand() throws {
    let entries = (0..<1000).map { "fal-ai/model-\($0)" }
    let open = (0..<1000).map { "team-\($0)/**" }
    let list = EndpointList(try (entries + open).map { try EndpointPattern($0) })
    func allows(_ text: String) -> (Bool, Bool) {
      (list.allows(endpoint: text.utf8.span), list.allows(app: text.utf8.span))
    }
    for entry in entries {
      #expect(allows(entry) == (true, true))
      #expect(allows(entry + "/stream").0 && !allows(entry + "/x").0 && allows(entry + "x") == (false, false))
    }
    for index in 0..<1000 { #expect(allows("team-\(index)/x") == (true, true)) }
    #expect(allows("team-1000/x") == (false, false) && allows("fal-ai/model-1000") == (false, false))
    #expect(allows("") == (false, false))
  }

  @Test("an empty list allows nothing")
  func empty() {
    let list = EndpointList([])
    for text in ["", "a", "a/b"] {
      let found = list.allows(endpoint: text.utf8.span) || list.allows(app: text.utf8.span)
      #expect(!found)
    }
  }
}
