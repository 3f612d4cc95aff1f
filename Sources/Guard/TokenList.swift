internal import Digest
internal import Text

/// Who holds a token. A class, because what is looked up for each request would count two references up and down.
public final class TokenHolder: Sendable {
  /// Whom requests with it count for.
  public let caller: Caller
  /// What the log calls the holder: the name, or the beginning of the identity.
  public let label: [UInt8]
  /// What the ledger calls the holder, as its label where nothing else may be called the same.
  public let account: String
  /// Whether the group that the line of the token names is listed, if it names one.
  public let isGroupKnown: Bool

  /// - Parameter account: the label, if nothing else is said.
  init(caller: Caller, label: [UInt8], account: String? = nil, isGroupKnown: Bool) {
    self.caller = caller
    self.label = label
    self.account = account ?? String(decoding: label, as: UTF8.self)
    self.isGroupKnown = isGroupKnown
  }
}

/// The tokens that are taken in, by their hashes.
///
/// A presented token is hashed once, and found by its digest in a table: however many there are, nobody who presents a
/// token learns from the time how much of another one it resembles, for what is compared are digests, of which each bit
/// changes with any bit of the token; the place in the table hangs on a seed that every process draws anew; and two
/// digests are compared to their last byte.
public final class TokenList: Sendable, CustomStringConvertible, CustomReflectable {
  private let holders: [DigestKey: TokenHolder]

  /// - Parameters:
  ///   - tokens: those without names; an empty one is no token.
  ///   - lines: those with names; such a line wins over the same token without.
  ///   - groups: the names of the groups there are; a caller's is an index into them.
  ///   - secrets: make identities, of names and of tokens, that cannot be the same.
  public init(tokens: [[UInt8]], lines: [TokenLine], groups: [String] = [], secrets: CallerSecrets) {
    let standard = groups.firstIndex(of: CallerGroup.standardName)
    var holders: [DigestKey: TokenHolder] = [:]
    for token in tokens where !token.isEmpty {
      let digest = SHA256.digest(token.span)
      var caller = secrets.caller {
        $0.append(0)
        $0.append(digest.bytes.span)
      }
      caller.group = standard
      let label = Array(HexadecimalDigits(UInt64(truncatingIfNeeded: caller.identity.value >> 64), count: 16))
      holders[DigestKey(digest)] = TokenHolder(caller: caller, label: label, isGroupKnown: true)
    }
    for line in lines {
      let name = Array(line.name.utf8)
      var caller = secrets.caller {
        $0.append(1)
        $0.append(name.span)
      }
      let group = line.group.map { groups.firstIndex(of: $0) } ?? standard
      caller.group = group
      holders[DigestKey(line.digest)] = TokenHolder(
        caller: caller, label: name, isGroupKnown: line.group == nil || group != nil)
    }
    self.holders = holders
  }

  /// How many tokens there are.
  public var count: Int { holders.count }

  /// The names of those whose group is not listed.
  public var strandedNames: [String] {
    holders.values.filter { !$0.isGroupKnown }.map { String(decoding: $0.label, as: UTF8.self) }.sorted()
  }

  /// Who holds `token`; nil where nobody does.
  public func holder(of token: Span<UInt8>) -> TokenHolder? {
    token.isEmpty ? nil : holders[DigestKey(SHA256.digest(token))]
  }

  /// Says how many tokens there are, never what they are.
  public var description: String { "TokenList(\(count) tokens, <redacted>)" }

  /// No children, so that `dump` and debuggers' summaries print no secret.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A digest as the key of a table.
struct DigestKey: Hashable {
  let digest: Digest256

  init(_ digest: Digest256) { self.digest = digest }

  func hash(into hasher: inout Hasher) { hasher.combine(digest.leading) }
}
