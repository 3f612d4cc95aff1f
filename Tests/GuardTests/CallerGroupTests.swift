import Digest
import HTTPWire
import TestSupport
import Testing

@testable import Guard

@Suite("Groups of callers")
struct CallerGroupTests {
  private static func patterns(_ texts: [String]) throws -> [EndpointPattern] {
    try texts.map { try EndpointPattern($0) }
  }

  private static func policy() throws -> TargetPolicy {
    TargetPolicy(
      allowedURLs: try TargetPolicy.defaultURLs.map { try URLPattern($0) },
      allowedEndpoints: try allowed, tokensEnabled: true, getRuns: true)
  }

  private static var allowed: [EndpointPattern] { get throws { try patterns(["fal-ai/**", "a/b"]) } }

  /// What is said of a target for a caller of a group with these endpoints.
  private func decide(_ endpoints: [String]?, _ method: Method, _ target: String) throws -> TargetRefusal? {
    let group = try endpoints.map { CallerGroup(name: "g", endpoints: try Self.patterns($0), within: try Self.allowed) }
    let bytes = Array("https://\(target)".utf8)
    let policy = try Self.policy()
    do throws(TargetRefusal) {
      _ = try policy.decide(method: method, target: bytes.span, in: group)
      return nil
    } catch {
      return error
    }
  }

  private static let id = "764cabcf-b745-4b3e-ae38-1200304cf45b"

  @Test("a group narrows what may be run and followed, and never adds to it")
  func targets() throws {
    let calls: [(Method, String, TargetRefusal?, TargetRefusal?)] = [
      (.post, "queue.fal.run/fal-ai/flux/dev", nil, nil), (.post, "fal.run/fal-ai/flux/dev/stream", nil, nil),
      (.post, "queue.fal.run/fal-ai/other", nil, .endpointNotInGroup), (.post, "fal.run/a/b", nil, .endpointNotInGroup),
      (.get, "fal.run/fal-ai/other", nil, .endpointNotInGroup), (.post, "fal.run/a/b/stream", nil, .endpointNotInGroup),
      (.get, "queue.fal.run/fal-ai/flux/requests/\(Self.id)/status", nil, nil),
      (.get, "queue.fal.run/a/b/requests/\(Self.id)", nil, .endpointNotInGroup),
      (.put, "queue.fal.run/a/b/requests/\(Self.id)/cancel", nil, .endpointNotInGroup),
      // Of the group's list, but not allowed.
      (.post, "fal.run/c/d", .endpointNotAllowed, .endpointNotAllowed),
      (.post, "rest.fal.ai/storage/upload/initiate", nil, nil),
    ]
    for (method, target, without, within) in calls {
      #expect(try decide(nil, method, target) == without, "\(target)")
      #expect(try decide(["fal-ai/flux/**", "c/d"], method, target) == within, "\(target)")
      #expect(try decide(["**"], method, target) == without, "\(target)")
      #expect(try decide([], .post, "fal.run/a/b") == .endpointNotInGroup)
    }
  }

  @Test(
    "a group narrows what tokens are for",
    arguments: [
      ("tokens", "flux", nil), ("tokens", "other", TokenRefusal.endpointNotInGroup),
      ("tokens", "b", .endpointNotInGroup),
      ("tokens", "none", .endpointNotInGroup), ("tokens/realtime", "fal-ai/flux/dev/realtime", nil),
      ("tokens/realtime", "fal-ai/other", .endpointNotInGroup), ("tokens/realtime", "c/d", .endpointNotAllowed),
    ])
  func tokens(path: String, app: String, refusal: TokenRefusal?) throws {
    let policy = TokenPolicy(allowedEndpoints: try Self.patterns(["fal-ai/**", "a/b"]), maximumSeconds: 60)
    let group = CallerGroup(
      name: "g", endpoints: try Self.patterns(["fal-ai/flux/**", "c/d"]), within: try Self.allowed)
    var found: TokenRefusal?
    do throws(TokenRefusal) {
      _ = try policy.decide(
        path: Array(path.utf8).span, content: Array(#"{"allowed_apps":["\#(app)"]}"#.utf8).span, in: group)
    } catch {
      found = error
    }
    #expect(found == refusal)
  }

  @Test(
    "an app is a group's only by an endpoint that is allowed for all and for the group",
    arguments: [
      (["o/app/d*"], ["o/app/p*"], "o/app", "app", false, false),
      (["o/app/d*"], ["o/app/*v"], "o/app", "app", true, true),
      // The alias of different owners.
      (["a/flux/**"], ["b/**"], "a/flux", "flux", false, false),
      (["a/flux", "b/x"], ["b/**"], "a/flux", "flux", false, false),
      (["a/*", "b/x"], ["b/*"], "b/x", "flux", true, false),
      (["a/f*", "b/g*"], ["b/f*", "a/g*"], "a/flux", "flux", false, false),
      (["**"], ["b/*x"], "b/flux", "flux", true, true), (["**/dev"], ["o/*/pro"], "o/app", "app", false, false),
      (["**/dev"], ["o/*/*"], "o/app", "app", true, true), (["o/app/dev"], ["o/app/*"], "o/app", "app", true, true),
      // A streaming form is an endpoint of what it streams.
      (["o/app"], ["o/app/str*"], "o/app", "app", true, true),
      (["o/app/stream"], ["o/app"], "o/app", "app", true, true),
      (["o/app/p*"], ["o/app/stream"], "o/app", "app", false, false),
    ])
  func apps(allowed: [String], endpoints: [String], app: String, alias: String, isApp: Bool, isAlias: Bool) throws {
    let group = CallerGroup(name: "g", endpoints: try Self.patterns(endpoints), within: try Self.patterns(allowed))
    #expect(group.allows(owner: app.utf8.span, isApp: true) == isApp)
    #expect(group.allows(alias: alias.utf8.span) == isAlias)
  }

  @Test("property: two globs meet where any short text fits both", arguments: UInt64(0)..<20)
  func intersections(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var texts: [[UInt8]] = [[]]
    for text in 0..<1093 { texts += "ab/".utf8.map { texts[text] + [$0] } }
    for _ in 0..<20 {
      let globs = (0..<2).compactMap { _ in
        let parts = (0..<Int.random(in: 1...3, using: &random)).map { _ in
          ["a", "b", "/", "*", "?", "/**/", "/**"].randomElement(using: &random)!
        }
        return try? GlobPattern(parts.joined())
      }
      guard globs.count == 2 else { continue }
      let isShared = texts.contains { text in globs.allSatisfy { $0.matches(text.span) } }
      #expect(globs[0].intersects(globs[1]) == isShared, "\(globs[0].text) \(globs[1].text)")
    }
  }

  @Test("a token's group is that of its line, else the default; a name that is not listed is told of")
  func membership() {
    func line(_ name: String, _ group: String?) -> TokenLine {
      TokenLine(name: name, group: group, digest: SHA256.digest(Array(name.utf8).span))
    }
    let lines = [line("alice", nil), line("bob", "paid"), line("carol", "gone"), line("dave", "default")]
    func group(_ name: String, _ groups: [String]) -> String {
      let list = TokenList(
        tokens: [Array("unnamed".utf8)], lines: lines, groups: groups, secrets: CallerSecrets([[1]]))
      guard let holder = list.holder(of: Array(name.utf8).span) else { return "nobody" }
      return holder.isGroupKnown ? holder.caller.group.map { groups[$0] } ?? "none" : "unknown"
    }
    let names = ["alice", "bob", "carol", "dave", "unnamed"]
    #expect(names.map { group($0, ["paid", "default"]) } == ["default", "paid", "unknown", "default", "default"])
    #expect(names.map { group($0, ["paid"]) } == ["none", "paid", "unknown", "unknown", "none"])
    #expect(names.map { group($0, []) } == ["none", "unknown", "unknown", "unknown", "none"])
  }

  @Test("an endpoint that is not allowed is a slip in a group; a pattern may cover more than is allowed")
  func closed() throws {
    let allowed = try Self.patterns(["fal-ai/**"])
    #expect(try EndpointPattern("a/b").isClosed(to: allowed) && !EndpointPattern("fal-ai/x").isClosed(to: allowed))
    #expect(try !EndpointPattern("**").isClosed(to: allowed) && !EndpointPattern("a/*").isClosed(to: allowed))
  }
}
