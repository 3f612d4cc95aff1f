internal import Fal

/// The entries of `allowed_endpoints`, indexed by what stands in them before the first wildcard.
///
/// Decides exactly as asking one pattern after the other, but over a thousand of them in the time it takes over ten: an
/// entry without wildcards is found by its text, and only those with one whose beginning fits are asked.
struct EndpointList: Sendable {
  private let patterns: [EndpointPattern]
  /// The ids that are listed as they are.
  private let ids: PrefixTable
  /// The patterns with wildcards.
  private let wild: PrefixTable
  /// The apps, or beginnings of apps, that an entry names without wildcards.
  private let apps: PrefixTable
  /// The patterns that may cover further apps.
  private let wildApps: PrefixTable
  /// The aliases that an entry names without wildcards.
  private let aliases: PrefixTable
  /// The patterns whose alias has one.
  private let wildAliases: [EndpointPattern]

  init(_ patterns: [EndpointPattern]) {
    self.patterns = patterns
    let numbered = patterns.enumerated()
    ids = PrefixTable(numbered.compactMap { index, pattern in pattern.literal.map { ($0, index) } })
    wild = PrefixTable(
      numbered.compactMap { index, pattern in pattern.literal == nil ? (pattern.literalPrefix, index) : nil })
    apps = PrefixTable(numbered.flatMap { index, pattern in pattern.literalApps.map { ($0, index) } })
    wildApps = PrefixTable(numbered.flatMap { index, pattern in pattern.wildAppPrefixes.map { ($0, index) } })
    aliases = PrefixTable(numbered.compactMap { index, pattern in pattern.literalAlias.map { ($0, index) } })
    wildAliases = patterns.filter { $0.literalAlias == nil }
  }

  /// See `EndpointPattern.allows(endpoint:)`.
  func allows(endpoint: Span<UInt8>) -> Bool {
    if ids.contains(endpoint) { return true }
    if let base = ModelPath(endpoint, id: 0..<endpoint.count).streamBase(endpoint),
      ids.contains(endpoint.extracting(base))
    {
      return true
    }
    return wild.contains(beginningOf: endpoint) { patterns[$0].allows(endpoint: endpoint) }
  }

  /// Whether the owner of a follow-up is one: an app, or a whole endpoint.
  func allows(owner: Span<UInt8>, isApp: Bool) -> Bool { isApp ? allows(app: owner) : allows(endpoint: owner) }

  /// See `EndpointPattern.allows(alias:)`.
  func allows(alias: Span<UInt8>) -> Bool {
    aliases.contains(alias) || wildAliases.contains { $0.allows(alias: alias) }
  }

  /// See `EndpointPattern.allows(app:)`.
  func allows(app: Span<UInt8>) -> Bool {
    apps.contains(app) || wildApps.contains(beginningOf: app) { patterns[$0].allows(app: app) }
  }
}
