import Fal
import Guard
import HTTPWire
import TestSupport
import Testing

@Suite("Which follow-ups the allowed endpoints open")
struct FollowUpPolicyTests {
  private static func isOpen(_ patterns: [String], _ owner: String) -> Bool {
    Probe(.make(endpoints: patterns), .get, "https://queue.fal.run/\(owner)/requests/1/status").operation == .status
  }

  @Test(
    "an app that no allowed endpoint can belong to stays shut, whatever the pattern begins with",
    arguments: [
      ("workflows/**", "workflows/o/n", true), ("workflows/**", "workflows/o", true),
      ("workflows/**", "fal-ai/flux", false), ("workflows/**", "comfy/o/n", false),
      ("comfy/*/*", "comfy/o/n", true), ("comfy/*/*", "fal-ai/flux", false), ("comfy/*/*", "comfy/o/n/sub", false),
      ("comfy/o/*", "o/n", true), ("comfy/o/*", "p/n", false), ("workflows/workflows/**", "workflows/o/n", false),
      ("**/dev", "a/b", true), ("**/dev", "a/dev", true), ("**/dev", "a/b/dev", true), ("**/dev", "a/b/pro", false),
      ("fal-ai/**/dev", "fal-ai/flux", true), ("fal-ai/**/dev", "fal-ai/flux/x/dev", true),
      ("fal-ai/**/dev", "fal-ai/flux/x", false), ("fal-ai/**/dev", "me/flux", false),
      ("fal-ai/flux/dev", "fal-ai/flux/dev", true), ("fal-ai/flux/dev", "fal-ai/flux/pro", false),
      ("fal-ai/flux", "fal-ai/flux/dev", false), ("workflows/o/n", "workflows/o/n/sub", false),
      ("workflows/o/n", "workflows/o", true), ("workflows/o/n", "o/n", true), ("workflows/o/n", "o/n/sub", false),
    ])
  func forms(pattern: String, owner: String, expected: Bool) {
    #expect(Self.isOpen([pattern], owner) == expected, "\(pattern) on \(owner)")
  }

  @Test(
    "only the tails of fal's queue, with at most one final slash",
    arguments: [
      ("", true), ("/", true), ("/response", true), ("/response/", true), ("/status", true), ("/status/stream/", true),
      ("//", false), ("/status//", false), ("/logs", false), ("/status/stream/x", false), ("/requests/2", false),
    ])
  func tails(tail: String, expected: Bool) {
    let probe = Probe(.make(endpoints: ["a/b/**"]), .get, "https://queue.fal.run/a/b/sub/requests/1\(tail)")
    #expect((probe.refusal == nil) == expected, "\(probe)")
  }

  private static let words = ["a", "b", "dev", "workflows", "comfy"]

  /// Every path of one to five words: more segments than a pattern of three needs to show what it can cover.
  private static let ids: [[String]] = {
    var ids: [[String]] = []
    var last: [[String]] = [[]]
    for _ in 1...5 {
      last = last.flatMap { start in words.map { start + [$0] } }
      ids += last
    }
    return ids
  }()

  /// The owners of follow-ups that `pattern` opens, by going through every id it allows.
  private static func expected(_ text: String) throws -> Set<String> {
    let pattern = try EndpointPattern(text)
    let segments = text.split(separator: "/")
    let namesOwner = segments.count > 1 && ["workflows", "comfy"].contains(segments[0]) && !segments[1].contains("*")
    var owners: Set<String> = []
    for id in ids where id.count > 1 && pattern.allows(endpoint: id.joined(separator: "/").utf8.span) {
      owners.insert(id.joined(separator: "/"))
      guard ["workflows", "comfy"].contains(id[0]) else {
        owners.insert(id[..<2].joined(separator: "/"))
        continue
      }
      guard id.count > 2 else { continue }
      owners.insert(id[..<3].joined(separator: "/"))
      owners.insert(id[..<2].joined(separator: "/"))
      // Of workflows/** the shortened o/n would be any app there is.
      if namesOwner { owners.insert(id[1...2].joined(separator: "/")) }
    }
    return owners
  }

  @Test("decides as going through every allowed endpoint would", arguments: words + ["*", "**", "d*"])
  func property(first: String) throws {
    let segments = Self.words + ["*", "**", "d*"]
    let texts = segments.flatMap { second in
      ["\(first)/\(second)"] + ["a", "dev", "*", "**"].map { "\(first)/\(second)/\($0)" }
    }
    for text in texts {
      let policy = TargetPolicy.make(endpoints: [text])
      let expected = try Self.expected(text)
      var faults: [String] = []
      for id in Self.ids where (2...4).contains(id.count) {
        let owner = id.joined(separator: "/")
        let isOpen = Probe(policy, .get, "https://queue.fal.run/\(owner)/requests/1").refusal == nil
        if isOpen != expected.contains(owner) { faults.append(owner) }
      }
      #expect(faults == [], "\(text)")
    }
  }
}
