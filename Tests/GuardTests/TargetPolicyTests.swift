import Fal
import Guard
import HTTPWire
import Testing

@Suite struct TargetPolicyTests {
  static let rid = "019a2b3c-4d5e-7f60-8123-456789abcdef"
  static let queue = "https://queue.fal.run/"

  struct Row: Sendable {
    let method: Method
    let target: String
    let operation: Fal.Operation
    let endpoint: String
    var id: String?

    init(_ method: Method, _ target: String, _ operation: Fal.Operation, _ endpoint: String, id: String? = nil) {
      (self.method, self.target, self.operation, self.endpoint, self.id) = (method, target, operation, endpoint, id)
    }
  }

  static let model = "fal-ai/flux/dev"
  static let uploads = ["rest.fal.ai", "rest.alpha.fal.ai"].flatMap { host in
    ["initiate", "initiate-multipart"].flatMap { route in
      ["", "?storage_type=fal-cdn-v3", "?storage_type=gcs"].map { query in
        Row(.post, "https://\(host)/storage/upload/\(route)\(query)", .uploadInitiate, "storage/upload/\(route)")
      }
    }
  }
  static let followUps = [
    ("fal-ai/flux", "fal-ai/flux"), ("fal-ai/flux/dev", "fal-ai/flux"), ("workflows/o/n", "workflows/o/n"),
    ("workflows/o/n/sub", "workflows/o/n"), ("comfy/o/n", "comfy/o/n"), ("workflows/o", "workflows/o"),
    ("o/n", "o/n"), ("123/name", "123/name"), ("requests/requests", "requests/requests"),
  ].flatMap { path, app in
    let base = "\(queue)\(path)/requests/\(rid)"
    return [
      Row(.get, base, .result, app, id: rid), Row(.get, base + "/", .result, app, id: rid),
      Row(.head, base, .result, app, id: rid), Row(.get, base + "/response", .result, app, id: rid),
      Row(.get, base + "/status?logs=0", .status, app, id: rid), Row(.get, base + "/status", .status, app, id: rid),
      Row(.get, base + "/status/?logs=1", .status, app, id: rid), Row(.head, base + "/status", .status, app, id: rid),
      Row(.get, base + "/status/stream?logs=1", .statusStream, app, id: rid),
      Row(.put, base + "/cancel", .cancel, app, id: rid), Row(.put, base + "/cancel/", .cancel, app, id: rid),
    ]
  }
  static let calls = [
    Row(.post, queue + model, .submit, model), Row(.post, queue + model + "/", .submit, model),
    Row(.post, queue + model + "?fal_webhook=https%3A%2F%2Fexample.com%2Fhook%3Fa%3Db", .submit, model),
    Row(.post, queue + model + "?fal_webhook=https://example.com/hook?a=b", .submit, model),
    Row(.post, queue + "workflows/o/n", .submit, "workflows/o/n"), Row(.get, queue + model + "?a=1", .submit, model),
    Row(.post, queue + model + "/stream", .submit, model), Row(.post, queue + "o/n/requests", .submit, "o/n/requests"),
    Row(.post, "https://fal.run/" + model, .run, model), Row(.get, "https://fal.run/\(model)?prompt=a+b", .run, model),
    Row(.post, "https://fal.run/\(model)/stream", .stream, model),
    Row(.post, "https://fal.run/\(model)/stream/", .stream, model),
    Row(.post, "https://fal.run/fal-ai/any-llm/stream", .stream, "fal-ai/any-llm"),
    Row(.post, "https://fal.run/me/stream", .run, "me/stream"),
    Row(.post, "https://fal.run/workflows/me/stream", .run, "workflows/me/stream"),
    Row(.post, "https://fal.run/123/name", .run, "123/name"),
  ]

  @Test("accepts every operation the official clients send (protocol.md §2.2)", arguments: calls + followUps + uploads)
  func operations(row: Row) {
    let probe = Probe(.make(), row.method, row.target)
    #expect(probe.operation == row.operation, "\(row.target): \(probe)")
    #expect(probe.endpoint == row.endpoint)
    #expect(probe.requestID == row.id)
    #expect("https://" + probe.host + probe.requestTarget == row.target)
    #expect(probe.mayExecute == (row.id == nil))
  }

  @Test(
    "hands out tokens only when they are enabled (protocol.md §7)", arguments: ["rest.fal.ai", "rest.alpha.fal.ai"])
  func tokens(host: String) {
    let open = TargetPolicy.make(urls: ["fal.run/**"], tokens: true)
    #expect(open.hosts == ["fal.run", "rest.fal.ai", "rest.alpha.fal.ai"])
    for path in ["tokens/", "tokens/realtime"] {
      let probe = Probe(open, .post, "https://\(host)/\(path)")
      #expect(probe.operation == .token && probe.mayExecute, "\(probe)")
      #expect(Probe(open, .get, "https://\(host)/\(path)").refusal == .operationNotAllowed)
      #expect(Probe(.make(), .post, "https://\(host)/\(path)").refusal == .tokensDisabled)
      #expect(Probe(.make(urls: ["fal.run/**"]), .post, "https://\(host)/\(path)").refusal == .tokensDisabled)
    }
    #expect(Probe(open, .post, "https://\(host)/tokens/other").refusal == .targetNotAllowed)
    #expect(Probe(open, .post, "https://\(host)/storage/upload/initiate").refusal == .targetNotAllowed)
  }

  @Test("refuses tokens even where allowed_urls would match them", arguments: ["tokens", "TOKENS/x", "v1/tokens/?a=b"])
  func tokensByPattern(path: String) {
    let urls = ["rest.fal.ai/**", "api.fal.ai/**"]
    for host in ["rest.fal.ai", "api.fal.ai"] {
      #expect(Probe(.make(urls: urls), .post, "https://\(host)/\(path)").refusal == .tokensDisabled)
      #expect(Probe(.make(urls: urls, tokens: true), .post, "https://\(host)/\(path)").operation == .token)
    }
  }

  @Test("a model of an owner called tokens is no token route")
  func tokensOwner() {
    #expect(Probe(.make(), .post, "https://fal.run/tokens/x").operation == .run)
  }

  @Test(
    "without get_runs no GET runs a model, whatever the host and the form of the path",
    arguments: [
      queue + model, queue + model + "/stream", "https://fal.run/" + model + "?prompt=x", "https://fal.run/a/b/stream",
      "https://fal.run/workflows/a/b",
    ])
  func getRuns(target: String) {
    let closed = TargetPolicy.make(getRuns: false)
    #expect(Probe(closed, .get, target).refusal == .getRunsDisabled)
    #expect(Probe(closed, .post, target).refusal == nil)
    #expect(Probe(.make(), .get, target).refusal == nil)
    #expect(Probe(closed, .get, "\(Self.queue)a/b/requests/\(Self.rid)").operation == .result)
  }

  @Test(
    "refuses a method that does not belong to the path",
    arguments: [
      (Method.put, queue + model), (.head, queue + model), (.options, queue + model), (.other, queue + model),
      (.put, "https://fal.run/" + model), (.head, "https://fal.run/" + model), (.connect, "https://fal.run/" + model),
      (.post, "\(queue)a/b/requests/\(rid)"), (.put, "\(queue)a/b/requests/\(rid)"),
      (.post, "\(queue)a/b/requests/\(rid)/status"), (.post, "\(queue)a/b/requests/\(rid)/cancel"),
      (.get, "\(queue)a/b/requests/\(rid)/cancel"), (.head, "\(queue)a/b/requests/\(rid)/status/stream"),
      (.get, "\(queue)a/b/requests/\(rid)/logs"), (.get, "\(queue)a/b/requests/\(rid)/status/x"),
      (.get, "\(queue)a/b/requests/" + String(repeating: "a", count: 257)),
      (.post, "\(queue)a/b/requests/requests/x"), (.get, "https://rest.fal.ai/storage/upload/initiate"),
      (.put, "https://rest.fal.ai/storage/upload/initiate"),
    ])
  func method(method: Method, target: String) {
    #expect(Probe(.make(), method, target).refusal == .operationNotAllowed)
  }

  @Test("applies allowed_endpoints to every method, follow-ups included (protocol.md §2.6 i)")
  func endpoints() {
    let policy = TargetPolicy.make(endpoints: ["fal-ai/flux-differential-diffusion"])
    let good = "fal-ai/flux-differential-diffusion"
    for host in ["fal.run", "queue.fal.run"] {
      for method in [Method.post, .get] {
        #expect(Probe(policy, method, "https://\(host)/\(good)").endpoint == good)
        #expect(Probe(policy, method, "https://\(host)/\(good)/stream").endpoint == good)
        #expect(Probe(policy, method, "https://\(host)/\(good)/sub").refusal == .endpointNotAllowed)
        #expect(Probe(policy, method, "https://\(host)/fal-ai/flux").refusal == .endpointNotAllowed)
        #expect(Probe(policy, method, "https://\(host)/fal-ai").refusal == .endpointMissing)
        #expect(Probe(policy, method, "https://\(host)/").refusal == .endpointMissing)
      }
    }
    #expect(Probe(policy, .get, "https://queue.fal.run/\(good)/requests/1").operation == .result)
    #expect(Probe(policy, .get, "https://queue.fal.run/fal-ai/flux/requests/1").refusal == .endpointNotAllowed)
    #expect(Probe(policy, .put, "https://queue.fal.run/fal-ai/flux/requests/1/cancel").refusal == .endpointNotAllowed)
    #expect(Probe(.make(endpoints: []), .post, "https://fal.run/\(good)").refusal == .endpointNotAllowed)
  }

  @Test("reads falrun.com like fal.run once it is listed, and other hosts as other")
  func otherHosts() {
    let policy = TargetPolicy.make(urls: ["falrun.com/**", "queue.falrun.com/**", "api.fal.ai/v1/**", "api.fal.ai/**"])
    #expect(policy.hosts == ["falrun.com", "queue.falrun.com", "api.fal.ai"])
    #expect(Probe(policy, .post, "https://falrun.com/a/b/stream").operation == .stream)
    #expect(Probe(policy, .get, "https://queue.falrun.com/a/b/requests/1").operation == .result)
    let price = Probe(policy, .get, "https://api.fal.ai/v1/models/pricing?endpoint_id=fal-ai/x")
    #expect(price.operation == .other && !price.mayExecute && price.endpoint == "v1/models/pricing")
    #expect(Probe(policy, .post, "https://api.fal.ai/v1/x").mayExecute)
    #expect(Probe(policy, .head, "https://api.fal.ai/v1/x").refusal == .operationNotAllowed)
    #expect(Probe(policy, .get, "https://api.fal.ai/").endpoint == "")
    #expect(Probe(policy, .post, "https://fal.run/a/b").refusal == .targetNotAllowed)
  }

  @Test(
    "refuses http with its own sentence (protocol.md §2.6 a)", arguments: ["http://fal.run/a/b", "HTTP://fal.run/a"])
  func http(target: String) {
    #expect(Probe(.make(), .post, target).refusal == .notHTTPS)
  }

  @Test("accepts 8192 bytes and refuses one more")
  func length() {
    let base = "https://fal.run/a/b?x="
    let full = base + String(repeating: "a", count: 8192 - base.utf8.count)
    #expect(Probe(.make(), .post, full).operation == .run)
    #expect(Probe(.make(), .post, full + "a").refusal == .tooLong)
  }
}
