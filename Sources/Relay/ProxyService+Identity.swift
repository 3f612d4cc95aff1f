internal import Guard
internal import HTTPServer
internal import Observability
internal import System

/// Whom a request comes from.
extension ProxyService {
  /// Finds who holds the token that a request presents.
  /// - Parameter finding: what was found of it in the head `bytes`.
  func identify(
    by finding: CredentialSources.Finding, _ bytes: Span<UInt8>, _ facts: inout Admission.Facts, _ record: AccessRecord
  ) {
    switch finding {
    case .nothing: facts.identity = .missing
    case .invalid: facts.identity = .rejected
    case .foreignCookie: facts.identity = .foreignCookie
    case .token(let range):
      facts.credential = range
      facts.identity = .rejected
      let token = bytes.extracting(range)
      if let tokens {
        if let holder = tokens.holder(of: token) { accept(holder, &facts, record) }
      } else if let jwt {
        identify(by: jwt, token, &facts, record)
      }
    }
  }

  /// Says again who holds the JSON Web Token of a request whose issuer's keys were asked for.
  func identify(
    _ admission: inout Admission, _ bytes: Span<UInt8>, value: Span<UInt8>, _ record: AccessRecord
  ) {
    guard let jwt else { return }
    let token = bytes.extracting(admission.credential)
    admission.identify(value: value) { facts in
      identify(by: jwt, token, &facts, record)
      if case .asks(let issuer) = facts.identity {
        facts.identity = .refused(jwt.refusal(askedInVain: issuer))
      }
    }
  }

  private func identify(
    by jwt: JWTVerifier, _ token: Span<UInt8>, _ facts: inout Admission.Facts, _ record: AccessRecord
  ) {
    let time = SystemClock.sinceEpoch()
    let now = Double(time.seconds) + Double(time.nanoseconds) / 1e9
    switch remembered.verdict(of: jwt, on: token, now: now) {
    case .taken(let holding): accept(holding.holder, &facts, record)
    case .refused(let refusal): facts.identity = .refused(refusal)
    case .asks(let issuer): facts.identity = .asks(issuer: issuer)
    }
  }

  private func accept(_ holder: TokenHolder, _ facts: inout Admission.Facts, _ record: AccessRecord) {
    facts.identity = .accepted
    facts.caller = holder.caller
    facts.isGroupKnown = holder.isGroupKnown
    let label = holder.label
    record.note(.caller, label.span)
    facts.account = holder.account
  }
}
