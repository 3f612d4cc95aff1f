internal import Text

/// Decides which web origins may call the proxy from a browser (CORS; Fetch Standard §3.2, RFC 6454).
public struct OriginPolicy: Sendable {
  /// Whether allowed origins may send cookies and the like (`Access-Control-Allow-Credentials`).
  public let allowCredentials: Bool

  private var exact: [[UInt8]] = []
  private var wildcards: [Wildcard] = []
  private var allowsAny = false

  /// `https://*.example.com:8443` split at its star.
  private struct Wildcard: Sendable {
    let prefix: [UInt8]
    /// From behind the star to the end, a port included.
    let suffix: [UInt8]
    /// Whether the star is a whole label, and stands for several as well.
    let coversLabels: Bool
  }

  /// Compiles entries of four forms: an origin as browsers serialise it (`https://app.example.com`, with a port unless it is
  /// the default; `capacitor://localhost`, `chrome-extension://…`), `https://*.example.com` for one or more labels below,
  /// `https://app-*-team.example.com` for one or more characters of a label, and `*` for any.
  ///
  /// Throws for anything else, and for `*` together with `allowCredentials`, which browsers refuse.
  public init(allowedOrigins: [String], allowCredentials: Bool) throws(PatternError) {
    self.allowCredentials = allowCredentials
    for entry in allowedOrigins {
      if entry == "*" {
        guard !allowCredentials else {
          throw PatternError(problem: "cannot be combined with credentials; list the origins instead")
        }
        allowsAny = true
      } else if entry.utf8.contains(Byte.star) {
        wildcards.append(try Self.wildcard(entry))
      } else {
        exact.append(try Self.checked(entry))
      }
    }
  }

  /// Decides on the values of `Origin`, `Host` and `Sec-Fetch-Site`; nil stands for a header that was not sent.
  ///
  /// A page of the proxy's own origin passes without being listed. Where a browser says in `Sec-Fetch-Site` whether it is
  /// one, its word counts; on plain http it says nothing, so there the origin is compared with `Host`.
  public func decide(origin: Span<UInt8>?, host: Span<UInt8>?, secFetchSite: Span<UInt8>?) -> OriginDecision {
    guard let origin else { return .absent }
    guard let text = OriginText(origin) else { return allowsAny ? .anyAllowed : .refused }
    if let site = secFetchSite {
      if site.equals("same-origin") { return .sameOrigin }
    } else if let host, text.isSame(origin, asHost: host) {
      return .sameOrigin
    }
    if isListed(origin) { return .allowed }
    return allowsAny ? .anyAllowed : .refused
  }

  /// Whether an entry other than `*` covers the well-formed `origin`.
  private func isListed(_ origin: Span<UInt8>) -> Bool {
    for index in exact.indices {
      if exact[index].count == origin.count, origin.hasBytes(exact[index], at: 0) { return true }
    }
    for index in wildcards.indices {
      let (start, end) = (wildcards[index].prefix.count, origin.count - wildcards[index].suffix.count)
      guard end > start, origin.hasBytes(wildcards[index].prefix, at: 0),
        origin.hasBytes(wildcards[index].suffix, at: end)
      else { continue }
      // The origin is well-formed, so what stands for the star can only be labels or a part of one: no port can, as what
      // follows the star has a dot.
      if wildcards[index].coversLabels || origin.firstIndex(of: Byte.dot, from: start, limit: end) == end {
        return true
      }
    }
    return false
  }

  private static func wildcard(_ entry: String) throws(PatternError) -> Wildcard {
    let parts = entry.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].hasPrefix("https://") || parts[0].hasPrefix("http://"),
      !parts[0].split(separator: "/", omittingEmptySubsequences: false)[2].contains(".")
    else {
      throw PatternError(
        problem: "must have one '*', in its first label, as in https://*.example.com or https://app-*-team.example.com")
    }
    // The rest must be an origin once the star is a letter; this leaves one place that knows the form.
    _ = try checked("\(parts[0])x\(parts[1])")
    let above = parts[1].prefix { $0 != ":" }.split(separator: ".", omittingEmptySubsequences: false).dropFirst()
    guard above.count > 1 || above.first == "localhost" else {
      throw PatternError(
        problem: "would cover names that anybody can register; the star must be below a domain of yours")
    }
    return Wildcard(
      prefix: Array(parts[0].utf8), suffix: Array(parts[1].utf8),
      coversLabels: parts[0].hasSuffix("//") && parts[1].hasPrefix("."))
  }

  /// The bytes of `origin` if they are a serialised origin.
  private static func checked(_ origin: String) throws(PatternError) -> [UInt8] {
    let bytes = Array(origin.utf8)
    guard OriginText(bytes.span) != nil else {
      throw PatternError(
        problem: "is not an origin: scheme://host[:port], lower case, without user, path, final slash or default port")
    }
    return bytes
  }
}
