import Fal
import HTTPWire
import Testing

@Suite("Paths of fal")
struct PathTests {
  @Test(
    "name an app, and perhaps a request of it (protocol.md §2.2, §3.1)",
    arguments: [
      ("a/b", "a/b", nil), ("a/b/c/d", "a/b", nil), ("workflows/o/n", "workflows/o/n", nil),
      ("comfy/o/n/x", "comfy/o/n", nil), ("Workflows/o/n", "Workflows/o", nil), ("a", "a", nil), ("", "", nil),
      ("a/b/requests/7", "a/b", "7"), ("a/b/c/requests/7/status", "a/b", "7"),
      ("workflows/o/n/requests/7", "workflows/o/n", "7"), ("workflows/o/requests/7", "workflows/o", "7"),
      ("o/n/requests/7/cancel", "o/n", "7"), ("a/b/requests", "a/b", nil),
      (
        "requests/requests/requests/7",
        "requests/requests", "7"
      ),
      ("a/requests/7", "a/requests", nil), ("a/b/requests/7/requests/8", "a/b", "7"), ("a/b/Requests/7", "a/b", nil),
    ] as [(String, String, String?)])
  func landmarks(path: String, app: String, requestID: String?) {
    let bytes = Array("##\(path)##".utf8)
    let read = ModelPath(bytes.span, id: 2..<(bytes.count - 2))
    #expect(String(decoding: bytes[read.app], as: UTF8.self) == app)
    #expect(read.requestID.map { String(decoding: bytes[$0], as: UTF8.self) } == requestID)
    #expect(read.segmentCount == path.split(separator: "/").count)
  }

  @Test(
    "have a streaming form behind the app",
    arguments: [
      ("a/b/stream", "a/b"), ("a/b/c/stream", "a/b/c"), ("a/stream", nil), ("a/b", nil), ("a/b/streams", nil),
      ("workflows/o/stream", nil), ("workflows/o/n/stream", "workflows/o/n"), ("a/b/xstream", nil), ("stream", nil),
    ] as [(String, String?)])
  func streams(path: String, base: String?) {
    let bytes = Array(path.utf8)
    let found = ModelPath(bytes.span, id: 0..<bytes.count).streamBase(bytes.span)
    #expect(found.map { String(decoding: bytes[$0], as: UTF8.self) } == base)
  }

  @Test(
    "name an endpoint (protocol.md §2.2)",
    arguments: [
      ("fal-ai/flux/dev", "fal-ai/flux", ["dev"]), ("workflows/o/n/x", "workflows/o/n", ["x"]),
      ("comfy/o/n", "comfy/o/n", []), ("123-name", "123/name", []), ("123-a-b", "123/a-b", []), ("a/b", "a/b", []),
      ("a/b/c/d", "a/b", ["c", "d"]), ("A_1.x/b", "A_1.x/b", []),
    ])
  func endpoints(path: String, app: String, subpath: [String]) throws {
    let endpoint = try #require(EndpointID(path))
    #expect(endpoint.app == app && endpoint.subpath == subpath)
    #expect(endpoint.text == ([app] + subpath).joined(separator: "/"))
  }

  @Test(
    "or none",
    arguments: [
      "", "a", "/", "a/", "/a/b", "a//b", "workflows/o", "comfy/o", "a/%2e", "a/..", "./a", "x-name", "-name", "123-",
      "123", "a/b c", "a/b~", "a/\u{FC}",
    ])
  func noEndpoints(path: String) { #expect(EndpointID(path) == nil) }

  @Test(
    "ask about a request (protocol.md §3.1)",
    arguments: [
      ("", .result, [.get, .head]), ("/response", .result, [.get, .head]), ("/status", .status, [.get, .head]),
      ("/status/stream", .statusStream, [.get]), ("/cancel", .cancel, [.put]),
    ] as [(String, FollowUp, [HTTPWire.Method])])
  func followUps(tail: String, expected: FollowUp, methods: [HTTPWire.Method]) throws {
    let bytes = Array(tail.utf8)
    guard let found = FollowUp(bytes.span) else {
      Issue.record("none")
      return
    }
    #expect(found == expected && !found.operation.mayExecute(.get))
    for method in [Method.get, .head, .post, .put, .options, .connect, .other] {
      #expect(found.takes(method) == methods.contains(method))
    }
    #expect(found.methods.description == methods.map { $0.name.description }.joined(separator: ", "))
  }

  @Test("and nothing else", arguments: ["/", "/Status", "/status/", "/status/streams", "/cancel/x", "/x", "status"])
  func noFollowUps(tail: String) { #expect(FollowUp(Array(tail.utf8).span) == nil) }

  @Test("of the control API are known without their outer slashes")
  func control() {
    for route in ControlRoute.allCases {
      let path = Array(route.path.description.utf8)
      #expect(ControlRoute(path.span) == route)
      #expect(route.target.description.split(separator: "/").joined(separator: "/") == route.path.description)
    }
    for other in ["", "tokens/", "/tokens", "tokens/x", "storage/upload", "storage/upload/initiate/x"] {
      #expect(ControlRoute(Array(other.utf8).span) == nil)
    }
  }
}
