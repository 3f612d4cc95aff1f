import Fal
import HTTPServer
import HTTPWire
import Settings
import Testing

@testable import Guard
@testable import Relay

@Suite("Admission: the order of checks")
struct AdmissionTests {
  private static let submit = "https://queue.fal.run/fal-ai/flux-differential-diffusion"

  /// A generation with these settings, in the environment's form.
  private func generation(_ variables: [String: String] = [:]) throws -> Generation {
    var loaded = SettingsLoader.load(
      configPath: nil,
      environment: FakeVariables(
        values: ["FAL_KEY": "id:secret", "FAL_PROXY_RATES_SUBMITS": "off"].merging(variables) { $1 }),
      keyRequired: true)
    return try #require(Generation(&loaded, key: loaded.falKey!, version: "0"))
  }

  /// What a verdict says, as a word.
  private func word(_ verdict: Admission.Verdict) -> String {
    switch verdict {
    case .admit(let target): "admit \(target.operation.name)"
    case .answer(let answer): "answer \(answer.status)"
    case .refuse(let cause): cause.name.description
    case .collect(let target, let limit): "collect \(limit) for \(target.operation.name)"
    case .ask(let issuer): "ask \(issuer)"
    case .count(let target, _): "count \(target.operation.name)"
    case .reserve(let target, let cost, _): "reserve \(cost.amount) for \(target.operation.name)"
    }
  }

  private func decide(_ generation: Generation, _ facts: Admission.Facts, _ target: String?) -> String {
    var facts = facts
    facts.hasTarget = target != nil
    let value = Array((target ?? "").utf8)
    var admission = Admission(generation, facts, value: value.span)
    return word(admission.verdict(value: value.span))
  }

  /// A request that fails every check from `first` on, in the order they are made: the answer must be about `first`.
  private static let failures: [(Admission.Check, String)] = [
    (.method, "method_not_allowed"), (.host, "host_not_allowed"), (.origin, "origin_not_allowed"),
    (.targetForm, "target_invalid"), (.identity, "unauthorized"), (.endpoint, "endpoint_not_allowed"),
    (.query, "webhook_not_allowed"), (.coding, "content_coding"), (.length, "content_too_large"),
  ]

  @Test("the first check that fails is the one that answers, however many fail after it", arguments: failures.indices)
  func order(index: Int) throws {
    let generation = try generation()
    let failing = Set(AdmissionTests.failures[index...].map(\.0))
    var facts = Admission.Facts()
    facts.method = failing.contains(.method) ? .other : .post
    facts.namesAllowedHost = !failing.contains(.host)
    facts.origin = failing.contains(.origin) ? .refused : .absent
    facts.identity = failing.contains(.identity) ? .missing : .open
    facts.isCoded = failing.contains(.coding)
    facts.statedLength = failing.contains(.length) ? .max : 0
    let target =
      failing.contains(.targetForm)
      ? "nonsense" : failing.contains(.endpoint) ? "https://queue.fal.run/other/app" : AdmissionTests.submit
    let query = failing.contains(.query) ? "?fal_webhook=https%3A%2F%2Fa.example%2F" : ""
    #expect(decide(generation, facts, target + query) == AdmissionTests.failures[index].1)
  }

  @Test("every check is made, in this order")
  func checks() {
    let all = (0...).lazy.map(Admission.Check.init).prefix { $0 != nil }.map { $0! }
    #expect(
      Array(all) == [
        .method, .host, .preflight, .origin, .targetForm, .identity, .endpoint, .ownership, .query, .coding, .length,
        .input, .price, .limits, .budget,
      ])
    // A preflight answers by itself, a submit is nobody else's; what is in the content, and what is counted, has tests of its
    // own; every other check has a failure above.
    #expect(
      Set(all).subtracting(AdmissionTests.failures.map(\.0)) == [
        .preflight, .ownership, .limits, .input, .price, .budget,
      ]
    )
  }

  @Test("a request that a limit is about is counted, and no other; cancels never")
  func counted() throws {
    let job = AdmissionTests.submit + "/requests/764cabcf-b745-4b3e-ae38-1200304cf45b"
    let calls: [(Method, String, byAddress: String, byToken: String)] = [
      (.post, AdmissionTests.submit, "count submit", "count submit"),
      (.get, job + "/status", "admit status", "count status"),
      (.put, job + "/cancel", "admit cancel", "admit cancel"),
      (
        .post, "https://rest.fal.ai/storage/upload/initiate", "admit upload_initiate", "count upload_initiate"
      ),
    ]
    for (method, target, byAddress, byToken) in calls {
      var facts = Admission.Facts()
      facts.method = method
      #expect(decide(try generation(["FAL_PROXY_RATES_SUBMITS": "auto"]), facts, target) == byAddress)
      facts.identity = .accepted
      let tokens = [
        "FAL_PROXY_RATES_SUBMITS": "auto", "FAL_PROXY_AUTH_TOKENS": "0123456789abcdef", "FAL_PROXY_OWNERSHIP": "off",
      ]
      #expect(decide(try generation(tokens), facts, target) == byToken)
    }
  }

  @Test("a request that passes them all is admitted as what it is")
  func admitted() throws {
    let generation = try generation()
    let job = AdmissionTests.submit + "/requests/764cabcf-b745-4b3e-ae38-1200304cf45b"
    let calls: [(Method, String, String)] = [
      (.post, AdmissionTests.submit, "admit submit"), (.get, job + "/status", "admit status"),
      (.get, job, "admit result"), (.put, job + "/cancel", "admit cancel"),
      (.post, "https://fal.run/fal-ai/flux-differential-diffusion", "admit run"),
      (.post, "https://rest.fal.ai/storage/upload/initiate", "admit upload_initiate"),
    ]
    for (method, target, expected) in calls {
      var facts = Admission.Facts()
      facts.method = method
      #expect(decide(generation, facts, target) == expected)
    }
  }

  @Test("without a token nobody learns what is open: refusals of the policy come behind it")
  func identityFirst() throws {
    let generation = try generation(["FAL_PROXY_AUTH_TOKENS": "token-of-the-app-0001"])
    for target in [
      AdmissionTests.submit, "https://queue.fal.run/other/app", "https://api.fal.ai/v1/models",
      "https://rest.fal.ai/tokens/", AdmissionTests.submit + "/requests/x/none",
    ] {
      var facts = Admission.Facts()
      facts.method = .post
      for identity in [AuthenticationDecision.missing, .rejected] {
        facts.identity = identity
        #expect(decide(generation, facts, target) == "unauthorized", "\(target)")
      }
    }
  }

  @Test("keys are asked for behind what is free and before the policy says anything; then it goes on")
  func asks() throws {
    let generation = try generation()
    var facts = Admission.Facts()
    facts.method = .post
    facts.hasTarget = true
    facts.identity = .asks(issuer: 3)
    let (other, submit) = (Array("https://queue.fal.run/other/app".utf8), Array(AdmissionTests.submit.utf8))
    var admission = Admission(generation, facts, value: submit.span)
    #expect(word(admission.verdict(value: submit.span)) == "ask 3")
    admission.identify(value: submit.span) { $0.identity = .accepted }
    #expect(word(admission.verdict(value: submit.span)) == "admit submit")
    #expect(decide(generation, facts, "https://queue.fal.run/other/app") == "ask 3")
    for (refusal, expected) in [
      (JWTRefusal.key, "unauthorized"), (.requirement, "token_not_allowed"), (.unavailable, "auth_unavailable"),
    ] {
      var admission = Admission(generation, facts, value: other.span)
      _ = admission.verdict(value: other.span)
      admission.identify(value: other.span) { $0.identity = .refused(refusal) }
      #expect(word(admission.verdict(value: other.span)) == expected)
    }
    facts.origin = .refused
    #expect(decide(generation, facts, AdmissionTests.submit) == "origin_not_allowed")
  }

  @Test("a token whose group is not listed learns nothing of what is open either")
  func groupUnknown() throws {
    let generation = try generation(["FAL_PROXY_AUTH_TOKENS": "token-of-the-app-0001"])
    var facts = Admission.Facts()
    facts.method = .post
    facts.isGroupKnown = false
    for (identity, expected) in [(AuthenticationDecision.accepted, "group_unknown"), (.rejected, "unauthorized")] {
      facts.identity = identity
      #expect(decide(generation, facts, AdmissionTests.submit) == expected)
      #expect(decide(generation, facts, "https://queue.fal.run/other/app") == expected)
    }
  }

  @Test("a preflight needs neither target nor token, only an origin that may ask")
  func preflight() throws {
    let generation = try generation(["FAL_PROXY_AUTH_TOKENS": "token-of-the-app-0001"])
    var facts = Admission.Facts()
    facts.method = .options
    facts.identity = .missing
    for (origin, isPreflight, expected) in [
      (OriginDecision.allowed, true, "answer 204"), (.anyAllowed, true, "answer 204"),
      (.sameOrigin, true, "answer 204"),
      (.absent, false, "answer 204"), (.refused, true, "origin_not_allowed"), (.refused, false, "origin_not_allowed"),
    ] {
      facts.origin = origin
      facts.isPreflight = isPreflight
      #expect(decide(generation, facts, nil) == expected)
      facts.namesAllowedHost = false
      #expect(decide(generation, facts, nil) == "host_not_allowed")
      facts.namesAllowedHost = true
    }
  }

  // MARK: Questions

  private static let token = "https://rest.fal.ai/tokens/"

  private func tokenRequest(_ variables: [String: String] = [:], stated: UInt64 = 10) throws -> Admission {
    let settings = ["FAL_PROXY_TOKENS_ENABLED": "true", "FAL_PROXY_TOKENS_MAX": "60s"].merging(variables) { $1 }
    var facts = Admission.Facts()
    facts.method = .post
    facts.hasTarget = true
    facts.statedLength = stated
    return Admission(try generation(settings), facts, value: Array(AdmissionTests.token.utf8).span)
  }

  private func ask(_ admission: inout Admission) -> String {
    word(admission.verdict(value: Array(AdmissionTests.token.utf8).span))
  }

  @Test("a check that needs the content asks for it, and goes on with it where it stood")
  func question() throws {
    var admission = try tokenRequest()
    #expect(ask(&admission) == "collect 65536 for token")
    // Asked again without an answer, it has the same question.
    #expect(ask(&admission) == "collect 65536 for token")
    admission.take(content: Array(#"{"allowed_apps":["flux-differential-diffusion"],"token_expiration":600}"#.utf8))
    #expect(ask(&admission) == "admit token")
    let sent = admission.content.map { String(decoding: $0, as: UTF8.self) }
    #expect(sent == #"{"allowed_apps":["flux-differential-diffusion"],"token_expiration":60}"#)
  }

  @Test("an upload initiation is asked for its content only where there is a list of content types")
  func uploads() throws {
    let target = Array("https://rest.fal.ai/storage/upload/initiate".utf8)
    var facts = Admission.Facts()
    (facts.method, facts.hasTarget) = (.post, true)
    var open = Admission(try generation(), facts, value: target.span)
    #expect(word(open.verdict(value: target.span)) == "admit upload_initiate")
    for (content, expected) in [
      (#"{"content_type":"image/png"}"#, "admit upload_initiate"),
      (#"{"content_type":"a/b"}"#, "content_type_not_allowed"),
      ("{}", "upload_request_invalid"),
    ] {
      let listed = try generation(["FAL_PROXY_UPLOADS_CONTENT_TYPES": "image/*"])
      var admission = Admission(listed, facts, value: target.span)
      #expect(word(admission.verdict(value: target.span)) == "collect 65536 for upload_initiate")
      admission.take(content: Array(content.utf8))
      #expect(word(admission.verdict(value: target.span)) == expected)
    }
  }

  @Test(
    "the answer decides",
    arguments: [
      (#"{"allowed_apps":["flux"]}"#, "endpoint_not_allowed"), ("", "token_request_invalid"),
      (#"{"allowed_apps":[]}"#, "token_request_invalid"),
    ])
  func refused(content: String, expected: String) throws {
    var admission = try tokenRequest()
    _ = ask(&admission)
    admission.take(content: Array(content.utf8))
    #expect(ask(&admission) == expected)
  }

  @Test("content that says it is too large to be looked at is refused before it is read")
  func tooLarge() throws {
    var admission = try tokenRequest(["FAL_PROXY_LIMITS_COLLECTED": "2KiB"], stated: 2049)
    #expect(ask(&admission) == "content_too_large")
    var fits = try tokenRequest(["FAL_PROXY_LIMITS_COLLECTED": "2KiB"], stated: 2048)
    #expect(ask(&fits) == "collect 2048 for token")
  }

  @Test("nothing is asked of whoever is refused by an earlier check")
  func refusedFirst() throws {
    var facts = Admission.Facts()
    facts.method = .post
    facts.identity = .missing
    let closed = try generation(["FAL_PROXY_TOKENS_ENABLED": "true", "FAL_PROXY_AUTH_TOKENS": "token-of-the-app-0001"])
    #expect(decide(closed, facts, AdmissionTests.token) == "unauthorized")
    facts.identity = .open
    #expect(decide(try generation(), facts, AdmissionTests.token) == "tokens_disabled")
  }

  @Test("no target is told apart from a bad one")
  func missing() throws {
    var facts = Admission.Facts()
    facts.method = .post
    #expect(try decide(generation(), facts, nil) == "target_missing")
    #expect(try decide(generation(), facts, "") == "target_invalid")
  }
}
