internal import Digest
internal import Text

/// The issuers whose tokens are taken, with the keys they have now. A change of keys makes another one.
public final class JWTVerifier: Sendable {
  /// An entry of `auth.jwt`.
  public struct Issuer: Sendable {
    public var rules: JWTRules
    /// Nil where they could not be had, or are too old.
    public var keys: KeySet?

    public init(_ rules: JWTRules, keys: KeySet?) { (self.rules, self.keys) = (rules, keys) }
  }

  /// Who holds a token, and until when.
  public struct Holding: Sendable {
    public let holder: TokenHolder
    /// Seconds since 1970.
    let end: Double
  }

  /// What is said of a token.
  public enum Verdict: Sendable {
    case taken(Holding)
    case refused(JWTRefusal)
    /// It may be good under keys that are not here: those of the issuer at that index.
    case asks(issuer: Int)
  }

  private let issuers: [Issuer]
  private let groups: [String]
  private let secrets: CallerSecrets

  /// - Parameters:
  ///   - groups: the names of the groups there are; a caller's is an index into them.
  ///   - secrets: make the identities.
  public init(_ issuers: [Issuer], groups: [String] = [], secrets: CallerSecrets) {
    (self.issuers, self.groups, self.secrets) = (issuers, groups, secrets)
  }

  /// Judges a token.
  /// - Parameter now: seconds since 1970.
  public func verdict(on text: Span<UInt8>, now: Double) -> Verdict {
    do throws(JWTRefusal) {
      let token = try JSONWebToken(text)
      guard let stated = token.claims["iss"]?.text,
        let index = issuers.firstIndex(where: { JWTRules.same($0.rules.issuer, stated) })
      else { throw .issuer }
      return try verdict(on: token, text, index, now)
    } catch {
      return .refused(error)
    }
  }

  /// What a token is refused for whose issuer, at that index, was asked in vain.
  public func refusal(askedInVain issuer: Int) -> JWTRefusal {
    issuers.indices.contains(issuer) && issuers[issuer].keys != nil ? .key : .unavailable
  }

  private func verdict(
    on token: JSONWebToken, _ text: Span<UInt8>, _ index: Int, _ now: Double
  ) throws(JWTRefusal) -> Verdict {
    let (rules, claims) = (issuers[index].rules, token.claims)
    if let algorithms = rules.algorithms, !algorithms.contains(token.algorithm) { throw .algorithm }
    try rules.check(type: token.type)
    // What costs nothing comes first: no key is asked for on behalf of a token that would be refused anyway.
    let end = try rules.checkTimes(claims, now: now)
    try rules.checkAudience(claims)
    guard let set = issuers[index].keys else { return .asks(issuer: index) }
    guard set.isSecret == token.algorithm.isSymmetric else { throw .algorithm }
    let keys = set.keys(id: token.keyID, for: token.algorithm)
    guard !keys.isEmpty else {
      guard token.keyID != nil, !set.isSecret else {
        throw set.algorithms.contains(token.algorithm) ? .key : .algorithm
      }
      return .asks(issuer: index)
    }
    let signed = text.extracting(0..<token.signedCount)
    guard keys.contains(where: { $0.verifies(token.signature, of: signed, by: token.algorithm) }) else {
      throw .signature
    }
    try rules.checkRequired(claims)
    return .taken(Holding(holder: holder(try rules.user(claims), claims, rules), end: end))
  }

  /// The identity is made of issuer and user, each behind its length, so that no two pairs make the same.
  private func holder(_ user: [UInt8], _ claims: JSONValue, _ rules: JWTRules) -> TokenHolder {
    let issuer = Array(rules.issuer.utf8)
    var caller = secrets.caller {
      $0.append(2)
      $0.append(UInt64(issuer.count))
      $0.append(issuer.span)
      $0.append(UInt64(user.count))
      $0.append(user.span)
    }
    // Two issuers may have a user of the same name. What stands before the first space is the issuer, whatever the user is.
    let name = rules.issuer.split(separator: " ", omittingEmptySubsequences: false).joined(separator: "%20")
    let account = "\(name) \(String(decoding: user, as: UTF8.self))"
    let standard = groups.firstIndex(of: CallerGroup.standardName)
    guard let stated = rules.groupClaim?.value(in: claims), stated != .array([]) else {
      caller.group = standard
      return TokenHolder(caller: caller, label: user, account: account, isGroupKnown: true)
    }
    // Of many, the first in the order of the operator's list.
    let names = stated.elements?.compactMap(\.text) ?? [stated.text].compactMap(\.self)
    caller.group = groups.firstIndex { group in names.contains { JWTRules.same($0, group) } }
    return TokenHolder(caller: caller, label: user, account: account, isGroupKnown: caller.group != nil)
  }
}
