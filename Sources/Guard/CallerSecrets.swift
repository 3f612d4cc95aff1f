public import Digest

/// What is made of the operator's secrets, each for one purpose: the keys of sealed ids, and of what callers are known by.
public struct CallerSecrets: Sendable, CustomStringConvertible, CustomReflectable {
  /// Seals the ids of jobs.
  public let seals: JobSeals
  private let identities: [HMACSHA256]

  /// - Parameter secrets: at least one; the first seals, all of them open.
  public init(_ secrets: [[UInt8]]) {
    seals = JobSeals(secrets)
    identities = secrets.map { secret in
      let key = HKDF.key(from: secret.span, for: "fal-proxy identity")
      return HMACSHA256(key: key.bytes.span)
    }
  }

  /// Whom a request counts for: a keyed hash of what `append` adds, under each secret, so that a new one in front of them
  /// makes nobody a stranger to the own jobs.
  public func caller(_ append: (inout SHA256) -> Void) -> Caller {
    var caller = Caller(Identity(identities[0].code(append)))
    if identities.count > 1 { caller.former = identities.dropFirst().map { Identity($0.code(append)) } }
    return caller
  }

  /// Nothing of the secrets.
  public var description: String { "CallerSecrets(<redacted>)" }

  /// No children, so that `dump` and debuggers' summaries print no secret.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
