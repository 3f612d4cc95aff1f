internal import Guard
internal import Observability

/// Whom a request comes from.
extension ProxyService {
  /// Finds who holds the token that a request presents.
  /// - Parameter finding: what was found of it in the head `bytes`.
  func identify(
    by finding: CredentialSources.Finding, _ bytes: Span<UInt8>, in tokens: TokenList, _ facts: inout Admission.Facts,
    _ record: AccessRecord
  ) {
    switch finding {
    case .nothing: facts.identity = .missing
    case .invalid: facts.identity = .rejected
    case .foreignCookie: facts.identity = .foreignCookie
    case .token(let range):
      guard let holder = tokens.holder(of: bytes.extracting(range)) else {
        facts.identity = .rejected
        return
      }
      facts.identity = .accepted
      facts.caller = holder.caller
      facts.isGroupKnown = holder.isGroupKnown
      let label = holder.label
      record.note(.caller, label.span)
      facts.label = label
    }
  }
}
