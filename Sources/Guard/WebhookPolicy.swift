internal import Fal
internal import Text

/// Where fal may be asked to send results: the URLs that `fal_webhook` may name in the query of a target.
///
/// Whoever could choose it freely would have fal call any address, and a user's results sent to strangers.
public struct WebhookPolicy: Sendable {
  /// Nil where any URL is accepted.
  private let patterns: [WebhookPattern]?

  /// Accepts any URL: in the sandbox nobody is called.
  public static let any = WebhookPolicy(patterns: nil)

  /// A policy that accepts what one of the patterns covers.
  public init(_ allowed: [WebhookPattern]) { self.init(patterns: allowed) }

  private init(patterns: [WebhookPattern]?) { self.patterns = patterns }

  /// Throws unless every webhook that a reader could find in `query` may be called.
  ///
  /// A query without `%` and without the word, as that of a poll, is seen through without an allocation.
  public func decide(query: Span<UInt8>) throws(WebhookRefusal) {
    guard patterns != nil, Self.mayName(query) else { return }
    for parameter in QueryParameter.all(in: query) where parameter.isWebhook {
      guard let value = parameter.value else { throw .malformed }
      try decide(url: value.span)
    }
  }

  private func decide(url: Span<UInt8>) throws(WebhookRefusal) {
    guard let text = try? TargetText(url, maximumLength: .max) else { throw .malformed }
    guard Self.isPublic(url.extracting(TargetText.hostStart..<text.hostEnd)) else { throw .privateHost }
    let named = url.extracting(TargetText.hostStart..<url.count)
    for pattern in patterns ?? [] where pattern.matches(named) { return }
    throw .notListed
  }

  private static func mayName(_ query: Span<UInt8>) -> Bool {
    for index in 0..<query.count {
      if query[index] == Byte.percent { return true }
      if query[index] | 0x20 == UInt8(ascii: "w"),
        query.extracting(index..<query.count).hasPrefixIgnoringCase("webhook")
      {
        return true
      }
    }
    return false
  }

  /// Whether a host, of lower-case labels, is a public address, or a name that can be one: it has a dot, and none of the
  /// endings that networks keep for themselves (RFC 6761, RFC 6762, RFC 8375). What resolvers read as a number without
  /// its being an address as it is written, is none.
  private static func isPublic(_ host: Span<UInt8>) -> Bool {
    if let address = IPv4Address(host) { return address.isPublic }
    guard host.isDNSName else { return false }
    let dot = host.firstIndex(of: Byte.dot, from: 0, limit: host.count)
    return dot < host.count
      && !host.hasLabels("localhost") && !host.hasLabels("local") && !host.hasLabels("internal")
      && !host.hasLabels("lan") && !host.hasLabels("home") && !host.hasLabels("corp") && !host.hasLabels("home.arpa")
  }
}

/// Why a webhook is not passed on.
public enum WebhookRefusal: Error, Equatable, Sendable, CaseIterable {
  /// Not one https URL that everybody reads in the same way.
  case malformed
  /// A host of this machine or of a private network, whatever the patterns cover.
  case privateHost
  /// No pattern covers it.
  case notListed
}

/// One entry of `webhooks.allow`: a glob over host, path and query, written without `https://`. The host is literal, has
/// `*.` in front for all below it, or the whole pattern is `**`.
public struct WebhookPattern: Sendable {
  private let glob: GlobPattern

  /// Compiles `text`; throws when the glob is bad, the path is missing, or the host is neither of these.
  public init(_ text: String) throws(PatternError) {
    glob = try GlobPattern(text)
    guard text != "**" else { return }
    guard !text.contains("://") else { throw PatternError(problem: "must be written without its scheme") }
    let parts = text.utf8.split(separator: Byte.slash, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw PatternError(problem: "has no path; append '/**' to allow the whole host") }
    let name = parts[0].starts(with: "*.".utf8) ? parts[0].dropFirst(2) : parts[0]
    guard Array(name).span.isHostName() else {
      throw PatternError(problem: "must begin with a lower-case host name without a port, or with '*.' and such a name")
    }
  }

  /// Whether `bytes`, a URL from its host on, fits this pattern.
  func matches(_ bytes: Span<UInt8>) -> Bool { glob.matches(bytes) }
}

extension Span where Element == UInt8 {
  /// Whether the last labels of this host name are `labels`.
  fileprivate func hasLabels(_ labels: StaticString) -> Bool {
    let start = count - labels.utf8CodeUnitCount
    return start > 0 && self[start - 1] == Byte.dot && extracting(start..<count).equals(labels)
  }
}
