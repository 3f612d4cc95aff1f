internal import Text

/// The entries of `forward_fields`: request fields that are forwarded beside those fal documents (protocol.md §3.2).
public struct ForwardedFields: Sendable {
  /// Names in lower case.
  private let names: [[UInt8]]

  /// What frames a message or belongs to one connection, what the proxy writes itself, credentials, and what a server
  /// would believe about who is calling.
  private static let never: Set<String> = [
    "authorization", "connection", "content-encoding", "content-length", "cookie", "cookie2", "expect", "forwarded",
    "host", "http2-settings", "keep-alive", "max-forwards", "origin", "te", "trailer", "transfer-encoding",
    "true-client-ip", "upgrade", "via", "x-api-key", "x-app-fal-can-disable-filter", "x-client-ip",
    "x-fal-authorization",
    "x-fal-cdn-token", "x-fal-client-proxy", "x-fal-retry-config", "x-fal-target-url", "x-fal-user-id", "x-real-ip",
  ]
  private static let neverPrefixes = [
    "access-control-", "cf-", "proxy-", "sec-", "x-amz", "x-envoy-", "x-fal-webhook", "x-forwarded",
  ]

  /// Compiles `names`; throws for one that is no field name (RFC 9110 §5.1), has an underscore, or may never be forwarded.
  public init(_ names: [String]) throws(PatternError) {
    var compiled: [[UInt8]] = []
    for name in names {
      let lower = name.lowercased()
      // Servers behind CGI-like layers read `-` and `_` as the same, so such a name can stand for another.
      guard !lower.utf8.contains(Byte.underscore) else {
        throw PatternError(problem: "has an underscore, which some servers read as a dash; write the dash")
      }
      guard !lower.isEmpty, lower.utf8.count <= 128,
        lower.utf8.allSatisfy({ $0.isLetterOrDigit || $0 == Byte.dash || $0 == Byte.dot })
      else {
        throw PatternError(problem: "is no header field name; names are exact, made of letters, digits and dashes")
      }
      guard !Self.never.contains(lower), !Self.neverPrefixes.contains(where: { lower.hasPrefix($0) }) else {
        throw PatternError(problem: "names a field that is never forwarded from a client")
      }
      compiled.append(Array(lower.utf8))
    }
    self.names = compiled
  }

  /// Whether none is listed.
  public var isEmpty: Bool { names.isEmpty }

  /// Whether `name` is listed, in whatever case.
  public func contains(_ name: Span<UInt8>) -> Bool {
    for listed in names where name.count == listed.count && name.equalsIgnoringCase(of: listed.span) { return true }
    return false
  }
}
