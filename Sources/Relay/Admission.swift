internal import Fal
internal import Guard
internal import HTTPServer
internal import HTTPWire

/// The one order of checks a request for the proxy route passes. A new check is one case here, one value of Guard's, and
/// one row in Sources/README.md.
///
/// The order is a promise: without a token nobody learns which endpoints are open, and nothing that costs comes before
/// what is free. A check may ask a question that takes time: the admission is then kept, and goes on where it stood once
/// the answer is there. What can be said at once never leaves the stack.
struct Admission: ~Copyable {
  /// In the order they are made.
  enum Check: Int {
    case method, host, preflight, origin, targetForm, identity, endpoint, ownership, query, coding, length,
      input, price, limits, budget
  }

  enum Verdict {
    case admit(Target)
    case answer(LocalAnswer)
    case refuse(Cause)
    /// A check has to see the content whole, which has at most so many bytes; `take(content:)` brings it.
    case collect(Target, limit: UInt64)
    /// The keys of the issuer at that index have to be asked for; `identify` tells what they say.
    case ask(issuer: Int)
    /// The request has to be counted, or refused for now; `take(claim:)` tells that it is counted.
    case count(Target, RateDemand)
    /// What the request is expected to cost has to be set aside; `take(charge:)` tells that it is.
    case reserve(Target, ExpectedCost, MoneyTerms)
  }

  static let methods: StaticString = "GET, HEAD, POST, PUT, OPTIONS"

  let generation: Generation
  private(set) var facts: Facts
  private(set) var target: Target?
  /// The job that is submitted or asked about, where ids are sealed.
  private(set) var job: OwnedJob?
  private var refusal: TargetRefusal?
  /// The check that is next.
  private var next = Check.method
  /// The content, where it was asked for; what is sent on in place of the client's own.
  var content: [UInt8]?
  /// What was taken of the limits, where something has to be given back.
  private var claim: RateClaim?
  private var isCounted = false
  /// What is to be set aside.
  var cost: ExpectedCost?
  /// What was set aside.
  private(set) var charge: Charge?

  /// What the checks look at, as offsets and numbers: found in one pass over the head.
  struct Facts {
    var method = Method.other
    var namesAllowedHost = true
    var origin = OriginDecision.absent
    var isPreflight = false
    var hasTarget = false
    var isCoded = false
    var statedLength: UInt64 = 0
    var identity = AuthenticationDecision.open
    /// Where the credential stands in the head; empty where there is none.
    var credential = 0..<0
    /// Whom the request counts for.
    var caller = Caller(Identity(0))
    /// What the ledger calls the caller, where it has shown a token.
    var account: String?
    /// Whether the group that its token names is listed.
    var isGroupKnown = true
    /// The loop's jobs that were opened last.
    var opened: OpenedJobs?
    /// What a preflight asks for.
    var requestedFields: [String]?
  }

  /// - Parameters:
  ///   - value: the value of `x-fal-target-url`, empty when there is none.
  init(_ generation: Generation, _ facts: consuming Facts, value: Span<UInt8>) {
    self.generation = generation
    self.facts = facts
    decideTarget(value)
  }

  private mutating func decideTarget(_ value: Span<UInt8>) {
    guard facts.hasTarget else { return }
    (target, refusal) = (nil, nil)
    do throws(TargetRefusal) {
      target = try generation.policy.decide(
        method: facts.method, target: value, in: generation.callers.group(of: facts.caller))
    } catch {
      refusal = error
    }
  }

  /// Lets `body` say anew who calls, now that the keys were asked for; what it leaves open stays refused.
  /// - Parameter value: as it was for `init`.
  mutating func identify(value: Span<UInt8>, _ body: (inout Facts) -> Void) {
    body(&facts)
    decideTarget(value)
  }

  /// Where the credential stands in the head.
  var credential: Range<Int> { facts.credential }

  /// Brings the content that `collect` asked for.
  mutating func take(content: [UInt8]) { self.content = content }

  /// Tells that the request is counted.
  mutating func take(claim: consuming RateClaim?) {
    self.claim = claim
    isCounted = true
  }

  /// Hands what was taken on to whoever gives it back.
  mutating func takeClaim() -> RateClaim? { claim.take() }

  /// Tells that what the request is expected to cost is set aside.
  mutating func take(charge: Charge) { self.charge = charge }

  /// Whom the request counts for.
  var caller: Caller { facts.caller }

  /// Makes the checks in the order of their cases, from where it stood, until one has the last word or a question.
  /// - Parameter value: as it was for `init`.
  mutating func verdict(value: Span<UInt8>) -> Verdict {
    pass(.method, value) ?? pass(.host, value) ?? pass(.preflight, value) ?? pass(.origin, value)
      ?? pass(.targetForm, value) ?? pass(.identity, value) ?? pass(.endpoint, value) ?? pass(.ownership, value)
      ?? pass(.query, value) ?? pass(.coding, value) ?? pass(.length, value) ?? pass(.input, value)
      ?? pass(.price, value) ?? pass(.limits, value) ?? pass(.budget, value) ?? target.map { .admit($0) }
      ?? .refuse(.targetMissing)
  }

  /// Makes the checks of who calls alone, for what asks nothing of fal; nil when all are passed.
  mutating func verdictOnCaller() -> Verdict? {
    let none = Span<UInt8>()
    return pass(.method, none) ?? pass(.host, none) ?? pass(.preflight, none) ?? pass(.origin, none)
      ?? pass(.identity, none)
  }

  /// Makes a check that has not been passed yet; nil when it is.
  @inline(__always)
  private mutating func pass(_ check: Check, _ value: Span<UInt8>) -> Verdict? {
    guard check.rawValue >= next.rawValue, let verdict = make(check, value) else { return nil }
    next = check
    return verdict
  }

  @inline(__always)
  private mutating func make(_ check: Check, _ value: Span<UInt8>) -> Verdict? {
    switch check {
    case .method:
      switch facts.method {
      case .options where facts.statedLength > 0: .refuse(.wire(.unexpectedContent))
      case .get, .head, .post, .put, .options: nil
      default: .refuse(.methodNotAllowed(Admission.methods))
      }
    case .host: facts.namesAllowedHost ? nil : .refuse(.hostNotAllowed)
    case .preflight: facts.method == .options ? preflight() : nil
    case .origin: facts.origin.passes ? nil : .refuse(.originNotAllowed)
    case .targetForm:
      if !facts.hasTarget {
        .refuse(.targetMissing)
      } else if let refusal, refusal.isAboutForm {
        .refuse(.target(refusal))
      } else {
        nil
      }
    case .identity:
      if case .asks(let issuer) = facts.identity {
        .ask(issuer: issuer)
      } else if !facts.identity.passes {
        .refuse(.unauthorized(facts.identity))
      } else {
        facts.isGroupKnown ? nil : .refuse(.groupUnknown)
      }
    case .endpoint: refusal.map { .refuse(.target($0)) }
    case .ownership: generation.callers.seals.flatMap { ownership($0, value) }
    case .query: target.flatMap { $0.query.isEmpty ? nil : webhook(value.extracting($0.query)) }
    case .coding: facts.isCoded ? .refuse(.contentCoding) : nil
    case .length: facts.statedLength > generation.contentLimit ? .refuse(.contentTooLarge) : nil
    case .input: input(value)
    case .price: generation.money.flatMap { price($0, value) }
    // Behind all that may refuse: what does not go to fal uses up nothing.
    case .limits: generation.callers.rates.flatMap { limits($0) }
    case .budget: generation.money.flatMap { budget($0) }
    }
  }

  private func limits(_ policy: RatePolicy) -> Verdict? {
    guard !isCounted, let target, let demand = RateDemand(target.operation, mayExecute: target.mayExecute),
      policy.counts(demand)
    else { return nil }
    return .count(target, demand)
  }

  private func preflight() -> Verdict {
    guard facts.origin.passes else { return .refuse(.originNotAllowed) }
    if facts.isPreflight, facts.origin.isAllowedPage {
      return .answer(generation.cors.preflight(asking: facts.requestedFields ?? []))
    }
    return .answer(
      LocalAnswer(204, fields: [("allow", Admission.methods.description), ("cache-control", "private, no-store")]))
  }

  /// Whose the job is that the target names. What is refused is so for one reason as for the other.
  private mutating func ownership(_ seals: JobSeals, _ value: Span<UInt8>) -> Verdict? {
    guard let target else { return nil }
    let endpoint = value.extracting(target.endpoint)
    if let id = target.requestID {
      let opened = facts.opened ?? OpenedJobs()
      job = opened.job(seals, opening: value.extracting(id), for: facts.caller, endpoint: endpoint)
      return job == nil ? .refuse(.jobNotFound) : nil
    }
    if target.operation == .submit { job = OwnedJob(seals, submittedBy: facts.caller, to: endpoint) }
    return nil
  }

  /// Where fal is asked to send the result.
  private func webhook(_ query: Span<UInt8>) -> Verdict? {
    do throws(WebhookRefusal) {
      try generation.webhooks.decide(query: query)
      return nil
    } catch {
      return .refuse(.webhook(error))
    }
  }
}
