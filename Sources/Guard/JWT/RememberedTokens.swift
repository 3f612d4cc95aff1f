internal import Digest

/// The tokens that were verified last, so that a poll costs a hash and a look-up. One value per event loop.
///
/// They are found by their digests, each in a place of its own; under another verifier none of them counts.
public final class RememberedTokens {
  /// How many are kept, in about 60 bytes each; one takes another's place where their digests have the same beginning.
  public static let limit = 4096

  private struct Entry {
    let digest: Digest256
    let holding: JWTVerifier.Holding
  }

  private var entries: [Entry?] = []
  private var verifier: JWTVerifier?

  /// None yet; memory comes with use.
  public init() {}

  /// What `verifier` says of a token.
  /// - Parameter now: seconds since 1970.
  public func verdict(of verifier: JWTVerifier, on token: Span<UInt8>, now: Double) -> JWTVerifier.Verdict {
    if self.verifier !== verifier {
      self.verifier = verifier
      entries = Array(repeating: nil, count: RememberedTokens.limit)
    }
    guard token.count <= JSONWebToken.limit else { return .refused(.tooLong) }
    let digest = SHA256.digest(token)
    let place = Int(truncatingIfNeeded: digest.leading) & (RememberedTokens.limit - 1)
    if let entry = entries[place], entry.digest == digest {
      if now < entry.holding.end { return .taken(entry.holding) }
      entries[place] = nil
    }
    let verdict = verifier.verdict(on: token, now: now)
    if case .taken(let holding) = verdict { entries[place] = Entry(digest: digest, holding: holding) }
    return verdict
  }
}
