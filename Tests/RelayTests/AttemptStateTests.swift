import Guard
import HTTPServer
import Observability
import Testing

@testable import Relay

@Suite("An attempt: states, connections, waits")
struct AttemptStateTests {
  @Test(
    "a connection is used again only after a whole request, a whole response and no word against it",
    arguments: [true, false], [true, false])
  func reuse(isSent: Bool, isPersistent: Bool) {
    for interim in [nil, true, false] {
      var attempt = Kind.job.attempt(reused: false)
      if isSent { attempt.note(.requestSent) }
      if let interim { _ = attempt.receive(.interim(isPersistent: interim), .content) }
      _ = attempt.receive(.head(status: 200, isPersistent: isPersistent), .content)
      attempt.note(.responseRead)
      #expect(attempt.endsConnection == !(isSent && isPersistent && interim != false))
    }
  }

  @Test("an upstream that takes no more may still have answered")
  func abandoned() {
    var attempt = Kind.job.attempt(reused: false)
    attempt.note(.writeFailed)
    #expect(attempt.sending == .abandoned)
    #expect(attempt.receive(.head(status: 413, isPersistent: true), .content) == .proceed)
    attempt.note(.responseRead)
    #expect(attempt.endsConnection && attempt.receiving == .done)
  }

  static let standstills: [(Attempt.Standstill, Attempt.Receiving, Attempt.Sending, Attempt.Waits)] = [
    (.upstreamTakesNoMore, .head, .sending, .init(upstream: .progress, client: .nothing)),
    (.upstreamTakesNoMore, .content, .sending, .init(upstream: .progress, client: .nothing)),
    (.clientSendsNoMore, .head, .sending, .init(upstream: .nothing, client: .progress)),
    (.clientSendsNoMore, .content, .sending, .init(upstream: nil, client: .progress)),
    (.requestIsSent, .head, .sent, .init(upstream: .firstByteOfRun, client: .nothing)),
    (.requestIsSent, .content, .sent, .init()),
    (.writeFailed, .head, .abandoned, .init(upstream: nil, client: .nothing)),
    (.upstreamSendsNoMore, .content, .sent, .init(upstream: .progress, client: .nothing)),
    (.upstreamSendsNoMore, .content, .abandoned, .init(upstream: .progress, client: .nothing)),
    (.upstreamSendsNoMore, .content, .sending, .init(upstream: .progress, client: nil)),
    (.clientTakesNoMore, .content, .sent, .init(upstream: .nothing, client: .progress)),
    (.clientTakesNoMore, .done, .sent, .init(upstream: .nothing, client: .progress)),
  ]

  @Test("each standstill has the limit of the side it waits for", arguments: standstills)
  func waits(
    standstill: Attempt.Standstill, receiving: Attempt.Receiving, sending: Attempt.Sending, expected: Attempt.Waits
  ) {
    var attempt = Kind.job.attempt(reused: false)
    if sending == .sent { attempt.note(.requestSent) }
    if sending == .abandoned { attempt.note(.writeFailed) }
    if receiving != .head { _ = attempt.receive(.head(status: 200, isPersistent: true), .content) }
    if receiving == .done { attempt.note(.responseRead) }
    #expect(attempt.receiving == receiving && attempt.sending == sending)
    #expect(attempt.waits(for: standstill) == expected)
  }

  @Test("only a run may take as long as a model does")
  func firstByte() {
    for kind in Kind.allCases {
      let expected: Attempt.Waits.Upstream = kind == .job || kind == .jobByGet ? .firstByteOfRun : .firstByte
      #expect(kind.attempt(reused: false).waits(for: .requestIsSent).upstream == expected)
    }
  }
}

@Suite("What is told")
struct RelayCauseTests {
  @Test("502, 503 and 504, which clients repeat, are never the answer to what may have run (protocol.md §10.1)")
  func statuses() {
    for cause in [Cause.ambiguous, .ambiguousAtShutdown] {
      #expect(cause.status == 500 && !cause.isRetrySafe && cause.name.description == "upstream_ambiguous")
    }
    for cause in [Cause.upstreamClosed, .upstreamInvalid, .upstreamTimedOut, .draining, .overloaded] {
      #expect([502, 503, 504].contains(cause.status) && cause.isRetrySafe)
    }
  }

  @Test("every way to have no connection has its own name")
  func unreachable() {
    let expected: [(Int, String)] = [
      (502, "upstream_dns"), (502, "upstream_dns"), (502, "upstream_connect"), (502, "upstream_connect_timeout"),
      (502, "upstream_tls"), (502, "upstream_tls_timeout"), (503, "overloaded"),
    ]
    #expect(dialFailures.count == expected.count)
    for (cause, (status, name)) in zip(dialFailures.map({ Cause.unreachable($0) }), expected) {
      #expect(cause.status == status && cause.name.description == name && cause.isRetrySafe)
    }
  }

  @Test("a webhook or an upload that is refused is told which setting would change it")
  func steering() {
    for refusal in WebhookRefusal.allCases {
      let cause = Cause.webhook(refusal)
      #expect(cause.status == 403 && cause.name.description == "webhook_not_allowed" && cause.isRetrySafe)
      #expect(cause.sentence.contains("FAL_PROXY_WEBHOOKS_ALLOW") && cause.sentence.hasSuffix("."))
    }
    #expect(Cause.upload(.contentTypeNotAllowed).sentence.contains("FAL_PROXY_UPLOADS_CONTENT_TYPES"))
    #expect(Cause.upload(.content("is bad")).status == 400)
  }

  @Test("a target that is refused is told why, and which setting would change it")
  func targets() {
    let causes = TargetRefusal.allCases.map { Cause.target($0) }
    // Which list does not have the endpoint, the sentence says.
    #expect(Set(causes.map(\.sentence)).count == TargetRefusal.allCases.count)
    #expect(Set(causes.map(\.name.description)).count == TargetRefusal.allCases.count - 1)
    for (refusal, cause) in zip(TargetRefusal.allCases, causes) {
      #expect(cause.status == (refusal.isAboutForm ? 400 : 403) && cause.sentence.hasSuffix(".") && cause.isRetrySafe)
    }
    #expect(Cause.target(.targetNotAllowed).sentence.contains("allowed_urls"))
    #expect(Cause.target(.tokensDisabled).sentence.contains("tokens.enabled"))
    #expect(Cause.target(.getRunsDisabled).sentence.contains("FAL_PROXY_GET_RUNS"))
    #expect(Cause.target(.endpointNotAllowed).sentence.contains("FAL_PROXY_ALLOWED_ENDPOINTS"))
  }
}
