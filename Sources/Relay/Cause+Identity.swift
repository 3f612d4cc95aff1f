internal import Guard
internal import HTTPServer
internal import Observability

/// What is said to whoever shows no token that counts.
extension Cause {
  static func unauthorized(_ decision: AuthenticationDecision) -> Cause {
    if case .refused(let refusal) = decision { return token(refusal) }
    let sentence =
      decision == .foreignCookie
      ? "A token in a cookie counts only from a page of this proxy's own origin or of one that allowed_origins names, and "
        + "this request does not say that it comes from one (Origin, or Sec-Fetch-Site: same-origin)."
      : "This proxy asks for a token: one that auth.tokens or auth.tokens_file lists, or one of an issuer in auth.jwt."
    return Cause(401, "unauthorized", sentence, fields: ["www-authenticate": "Bearer"])
  }

  private static func token(_ refusal: JWTRefusal) -> Cause {
    switch refusal {
    case .requirement: Cause(403, "token_not_allowed", refusal.sentence)
    case .unavailable:
      Cause(503, "auth_unavailable", refusal.sentence, by: .proxy, fields: ["retry-after": "10"])
    default:
      Cause(
        401, "unauthorized", refusal.sentence, fields: ["www-authenticate": "Bearer error=\"invalid_token\""])
    }
  }
}
