import Digest
import HTTPWire
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
      allowedEndpoints: try patterns(["fal-ai/**", "a/b"]), tokensEnabled: true, getRuns: true)
  }

  /// What is said of a target for a caller of a group with these endpoints.
  private func decide(_ endpoints: [String]?, _ method: Method, _ target: String) throws -> TargetRefusal? {
    let group = try endpoints.map { CallerGroup(name: "g", endpoints: try Self.patterns($0)) }
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
    let group = CallerGroup(name: "g", endpoints: try Self.patterns(["fal-ai/flux/**", "c/d"]))
    var found: TokenRefusal?
    do throws(TokenRefusal) {
      _ = try policy.decide(
        path: Array(path.utf8).span, content: Array(#"{"allowed_apps":["\#(app)"]}"#.utf8).span, in: group)
    } catch {
      found = error
    }
    #expect(found == refusal)
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
