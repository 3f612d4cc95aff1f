internal import Fal
internal import Text

/// One entry of `allowed_endpoints`: a glob over an endpoint id such as `fal-ai/flux/dev`.
///
/// It also covers the streaming form of what it covers (`…/stream`), and no other subpath (protocol.md §2.6 i).
public struct EndpointPattern: Sendable, Equatable {
  private let glob: GlobPattern

  /// The leading segments up to the first `**`, at most three: as many as an app can have.
  private let appSegments: [GlobPattern]

  /// Whether a `**` follows `appSegments`, so that an app may go on with anything.
  private let isOpen: Bool

  private let isNamespaced: Bool

  /// Whether the pattern names a namespace and an owner in it, so that the shortened `o/n` is an app of that owner's;
  /// for `workflows/**` it would be any app there is.
  private let namesNamespacedOwner: Bool

  /// Compiles `text`; throws when the glob is bad, a segment is empty, no endpoint id has one of its bytes, or the pattern
  /// cannot name `owner/alias`.
  public init(_ text: String) throws(PatternError) {
    glob = try GlobPattern(text)
    for (offset, byte) in text.utf8.enumerated() where !byte.isUnreserved && !"/*?".utf8.contains(byte) {
      throw PatternError(
        offset: offset,
        problem:
          "has a '\(Character(Unicode.Scalar(byte)))', which no endpoint id has (it is made of letters, digits and "
          + "- . _ ~ /; a comma separates entries),")
    }
    let segments = text.split(separator: "/", omittingEmptySubsequences: false)
    guard !segments.contains("") else {
      throw PatternError(problem: "has an empty segment; write owner/alias without outer slashes")
    }
    guard segments.count > 1 || text == "**" else {
      throw PatternError(problem: "has one segment but an endpoint is owner/alias; '**' allows all")
    }
    let fixed = segments.prefix { $0 != "**" }
    var appSegments: [GlobPattern] = []
    for segment in fixed.prefix(3) { appSegments.append(try GlobPattern(String(segment))) }
    self.appSegments = appSegments
    isOpen = fixed.count < min(3, segments.count)
    isNamespaced = ModelPath.isNamespace(Array(segments[0].utf8).span)
    namesNamespacedOwner = isNamespaced && appSegments.count > 1 && appSegments[1].isLiteral
  }

  /// The pattern as it was written.
  public var text: String { glob.text }

  /// Whether a model may be called at `endpoint`: a target's path without its leading and one trailing slash.
  public func allows(endpoint: Span<UInt8>) -> Bool {
    if glob.matches(endpoint) { return true }
    guard let base = ModelPath(endpoint, id: 0..<endpoint.count).streamBase(endpoint) else { return false }
    return glob.matches(endpoint.extracting(base))
  }

  /// Whether an allowed endpoint may belong to `app`, the `[namespace/]owner/alias` of a follow-up request.
  ///
  /// For `workflows/o/n`, `workflows/o` and `o/n` pass too: fal's Swift, Dart and Java clients shorten namespaced ids
  /// that way (protocol.md §2.2). The latter only where the pattern spells the owner out.
  public func allows(app: Span<UInt8>) -> Bool {
    covers(app, from: 0) || (namesNamespacedOwner && ModelPath.isOwnerAndAlias(app) && covers(app, from: 1))
  }

  /// Whether an allowed endpoint may belong to an app with that alias, whoever owns it.
  func allows(alias: Span<UInt8>) -> Bool {
    guard aliasIndex < appSegments.count else { return isOpen }
    return appSegments[aliasIndex].matches(alias)
  }

  /// Whether it names one endpoint, and none of `allowed` covers that.
  public func isClosed(to allowed: [EndpointPattern]) -> Bool {
    literal.map { id in !allowed.contains { $0.allows(endpoint: id.span) } } ?? false
  }

  /// Whether both allow one endpoint: by what they say, or one of them by its streaming form.
  func intersects(_ other: EndpointPattern) -> Bool {
    let (prefix, otherPrefix) = (glob.literalPrefix, other.glob.literalPrefix)
    let common = min(prefix.count, otherPrefix.count)
    guard prefix[..<common] == otherPrefix[..<common] else { return false }
    return glob.intersects(other.glob) || glob.intersects(other.streamGlob) || streamGlob.intersects(other.glob)
  }

  /// What covers the streaming form of what it covers.
  private var streamGlob: GlobPattern { (try? GlobPattern(text + "/stream")) ?? glob }

  private var aliasIndex: Int { isNamespaced ? 2 : 1 }

  /// Compares segment by segment; the app may end before the pattern does, but go on after it only behind a `**`.
  private func covers(_ app: Span<UInt8>, from first: Int) -> Bool {
    var index = first
    var at = 0
    while at < app.count {
      guard index < appSegments.count else { return isOpen }
      let end = app.firstIndex(of: Byte.slash, from: at, limit: app.count)
      guard appSegments[index].matches(app.extracting(at..<end)) else { return false }
      index += 1
      at = end + 1
    }
    return index > first
  }
}

/// What an index needs to know of a pattern; see `EndpointList`.
extension EndpointPattern {
  /// Whether there is no wildcard.
  var isLiteral: Bool { glob.isLiteral }

  /// The one id, where there is no wildcard.
  var literal: [UInt8]? { glob.isLiteral ? glob.literalPrefix : nil }

  /// The one alias, where it has no wildcard.
  var literalAlias: [UInt8]? {
    guard aliasIndex < appSegments.count, appSegments[aliasIndex].isLiteral else { return nil }
    return appSegments[aliasIndex].literalPrefix
  }

  /// What every allowed endpoint begins with.
  var literalPrefix: [UInt8] { glob.literalPrefix }

  /// The apps that are covered for their text alone: one, two and three segments without wildcards, the
  /// shortened ones two.
  var literalApps: [[UInt8]] {
    appStarts.flatMap { start in
      let segments = appSegments.dropFirst(start).prefix { $0.isLiteral }
      return ((start + 1)...3).compactMap { count in
        count <= segments.count
          ? Array(segments.prefix(count).map(\.literalPrefix).joined(separator: [Byte.slash])) : nil
      }
    }
  }

  /// What every other covered app begins with; none where no other is.
  var wildAppPrefixes: [[UInt8]] {
    guard isOpen || !appSegments.allSatisfy(\.isLiteral) else { return [] }
    let prefix = glob.literalPrefix
    return appStarts.map { start in
      start == 0 ? prefix : Array(prefix.drop { $0 != Byte.slash }.dropFirst())
    }
  }

  /// The segments with which a covered app can begin.
  private var appStarts: Range<Int> { 0..<(namesNamespacedOwner ? 2 : 1) }
}
