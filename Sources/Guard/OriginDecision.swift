/// What `OriginPolicy` says about the `Origin` of a request.
public enum OriginDecision: Equatable, Sendable {
  /// No `Origin` was sent: not a cross-origin request of a browser. It passes without CORS headers.
  case absent
  /// The page comes from this proxy's own origin; it passes and needs no CORS headers.
  case sameOrigin
  /// An entry of the list names the origin; answer with that origin and `Vary: Origin`.
  case allowed
  /// Only `*` covers the origin; answer with `*`, never with credentials (Fetch §3.2.5).
  case anyAllowed
  /// No entry covers the origin, or the value is `null` or malformed.
  case refused

  /// Whether it is a page from elsewhere that may read the answer.
  public var isAllowedPage: Bool { self == .allowed || self == .anyAllowed }

  /// Whether it is a page that was named, or the proxy's own: for any that only `*` covers, a cookie says nothing of who wrote
  /// the request.
  public var maySendCookies: Bool { self == .sameOrigin || self == .allowed }

  /// Whether the request may go on.
  public var passes: Bool { self != .refused }
}
