internal import Guard
internal import Observability

/// Whom a request comes from.
extension ProxyService {
  /// Finds who holds the token that a request presents.
  func identify(
    by authorization: Span<UInt8>?, in tokens: TokenList, _ facts: inout Admission.Facts, _ record: AccessRecord
  ) {
    guard let authorization else {
      facts.identity = .missing
      return
    }
    guard let range = Credential.token(inAuthorization: authorization),
      let holder = tokens.holder(of: authorization.extracting(range))
    else {
      facts.identity = .rejected
      return
    }
    facts.identity = .accepted
    facts.caller = holder.caller
    record.note(.caller, holder.label.span)
  }
}
