internal import Guard
internal import HTTPServer
internal import HTTPWire

/// The one order of checks a request for the proxy route passes. A new check is one case here, one value of Guard's, and
/// one row in Sources/README.md.
///
/// The order is a promise: without a token nobody learns which endpoints are open, and nothing that costs comes before
/// what is free.
struct Admission {
  /// In the order they are made. Later ones have their place between these: ownership and limits behind `endpoint`, query
  /// and fields before `coding`, then content that a check wants to see, input, idempotency, price and budget.
  enum Check: CaseIterable {
    case method, preflight, origin, targetForm, identity, endpoint, coding, length
  }

  enum Verdict {
    case admit(Target)
    case answer(LocalAnswer)
    case refuse(Cause)
  }

  static let methods: StaticString = "GET, HEAD, POST, PUT, OPTIONS"

  private let generation: Generation
  private let facts: Facts
  private var target: Target?
  private var refusal: TargetRefusal?

  /// What the checks look at, as offsets and numbers: found in one pass over the head.
  struct Facts {
    var method = Method.other
    var origin = OriginDecision.absent
    var isPreflight = false
    var hasTarget = false
    var isCoded = false
    var statedLength: UInt64 = 0
    var identity = AuthenticationDecision.open
  }

  /// - Parameters:
  ///   - value: the value of `x-fal-target-url`, empty when there is none.
  init(_ generation: Generation, _ facts: Facts, value: Span<UInt8>) {
    self.generation = generation
    self.facts = facts
    guard facts.hasTarget else { return }
    do throws(TargetRefusal) {
      target = try generation.policy.decide(method: facts.method, target: value)
    } catch {
      refusal = error
    }
  }

  /// Makes the checks in the order of their cases until one has the last word.
  func verdict() -> Verdict {
    make(.method) ?? make(.preflight) ?? make(.origin) ?? make(.targetForm) ?? make(.identity) ?? make(.endpoint)
      ?? make(.coding) ?? make(.length) ?? target.map { .admit($0) } ?? .refuse(.targetMissing)
  }

  @inline(__always)
  private func make(_ check: Check) -> Verdict? {
    switch check {
    case .preflight: facts.method == .options ? preflight() : nil
    case .method:
      switch facts.method {
      case .get, .head, .post, .put, .options: nil
      default: .refuse(.methodNotAllowed(Admission.methods))
      }
    case .targetForm:
      if !facts.hasTarget {
        .refuse(.targetMissing)
      } else if let refusal, refusal.isAboutForm {
        .refuse(.target(refusal))
      } else {
        nil
      }
    case .origin: facts.origin.passes ? nil : .refuse(.originNotAllowed)
    case .identity: facts.identity.passes ? nil : .refuse(.unauthorized)
    case .endpoint: refusal.map { .refuse(.target($0)) }
    case .coding: facts.isCoded ? .refuse(.contentCoding) : nil
    case .length: facts.statedLength > generation.contentLimit ? .refuse(.contentTooLarge) : nil
    }
  }

  private func preflight() -> Verdict {
    guard facts.origin.passes else { return .refuse(.originNotAllowed) }
    if facts.isPreflight, facts.origin.isAllowedPage {
      return .answer(generation.cors.preflight)
    }
    return .answer(
      LocalAnswer(204, fields: [("allow", Admission.methods.description), ("cache-control", "private, no-store")]))
  }
}
