internal import Text

/// Compares bearer tokens (RFC 6750 §2.1) in a time that does not depend on their content.
public struct Authenticator: Sendable, CustomStringConvertible, CustomReflectable {
  private let tokens: [[UInt8]]

  /// An authenticator for `tokens`; with none it is open.
  ///
  /// An empty token never matches, and its presence alone does not leave the door open: a variable that was meant to
  /// hold a token and is empty must not turn authentication off.
  public init(tokens: [[UInt8]]) {
    self.tokens = tokens
  }

  /// The token that the value of `Authorization` shows, if any.
  public static func token(in authorization: Span<UInt8>) -> Range<Int>? {
    guard authorization.hasPrefixIgnoringCase("bearer ") else { return nil }
    var start = 7
    while start < authorization.count, authorization[start] == Byte.space { start += 1 }
    return start < authorization.count ? start..<authorization.count : nil
  }

  /// Decides on the value of `Authorization`, nil when the header was not sent.
  public func decide(authorization: Span<UInt8>?) -> AuthenticationDecision {
    guard !tokens.isEmpty else { return .open }
    guard let authorization else { return .missing }
    guard let token = Self.token(in: authorization) else { return .rejected }
    let presented = authorization.extracting(token)
    // Every token is compared in full, so that time tells neither which one was nearly right nor where it differed.
    var accepted: UInt8 = 0
    for index in tokens.indices { accepted |= Self.isEqual(presented, tokens[index]) }
    return accepted == 1 ? .accepted : .rejected
  }

  /// 1 if both are the same and not empty, else 0; the time depends on the length of `presented` alone.
  @inline(never)
  private static func isEqual(_ presented: Span<UInt8>, _ token: [UInt8]) -> UInt8 {
    guard !token.isEmpty else { return 0 }
    var difference = presented.count ^ token.count
    var at = 0
    for index in 0..<presented.count {
      difference |= Int(presented[index] ^ token[at])
      at += 1
      if at == token.count { at = 0 }
    }
    return difference == 0 ? 1 : 0
  }

  /// Says how many tokens there are, never what they are.
  public var description: String { "Authenticator(\(tokens.count) tokens, <redacted>)" }

  /// No children, so that `dump` and debuggers' summaries print no secret.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
