internal import Fal
internal import Text

/// One entry of `allowed_urls`: a glob over host, path and query of a target, written without `https://`.
///
/// The query belongs to the matched text, so a literal `?` is written `\?` (protocol.md §2.5, point 2).
public struct URLPattern: Sendable, Equatable {
  /// The host all targets of this pattern have; always literal, lower case, and one of fal's own.
  public let host: String

  private let glob: GlobPattern

  /// Compiles `text`; throws when the glob is bad, the path is missing, or the host is not a literal fal host.
  public init(_ text: String) throws(PatternError) {
    glob = try GlobPattern(text)
    if text.utf8.starts(with: "https://".utf8) || text.utf8.starts(with: "http://".utf8) {
      throw PatternError(problem: "must be written without its scheme")
    }
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw PatternError(problem: "has no path; append '/**' to allow the whole host")
    }
    let host = String(parts[0])
    guard Array(host.utf8).span.isHostName() else {
      throw PatternError(problem: "must begin with a literal, lower-case host name without a port")
    }
    guard FalHost.isFal(host) else {
      throw PatternError(problem: "names a host outside \(FalHost.domains.joined(separator: ", "))")
    }
    self.host = host
  }

  /// The pattern as it was written.
  public var text: String { glob.text }

  /// Whether `bytes`, a target from its host on (no scheme, query included), fits this pattern.
  public func matches(_ bytes: Span<UInt8>) -> Bool { glob.matches(bytes) }
}
