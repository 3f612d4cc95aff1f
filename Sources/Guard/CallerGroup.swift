/// Callers that may do the same, as `groups` lists them. A class, because a copy for each decision would count references up
/// and down.
public final class CallerGroup: Sendable {
  /// What lines of `auth.tokens_file` call it.
  public let name: String
  /// What of the allowed endpoints they may call.
  private let endpoints: EndpointList
  /// The apps of what they may call.
  private let apps: NarrowedApps

  /// The group of callers without one, where it is listed.
  public static let standardName = "default"

  /// - Parameters:
  ///   - endpoints: narrow what is allowed for all; they never add to it.
  ///   - allowed: what is allowed for all.
  public init(name: String, endpoints: [EndpointPattern], within allowed: [EndpointPattern]) {
    self.name = name
    self.endpoints = EndpointList(endpoints)
    apps = NarrowedApps(endpoints, within: allowed)
  }

  /// Whether an endpoint that is allowed for all is for the group too.
  func allows(endpoint: Span<UInt8>) -> Bool { endpoints.allows(endpoint: endpoint) }

  /// Whether an endpoint that is allowed for all and for the group may belong to an app with that alias.
  func allows(alias: Span<UInt8>) -> Bool { apps.allows(alias: alias) }

  /// Whether the owner of a follow-up is one: an app of such an endpoint, or a whole endpoint.
  func allows(owner: Span<UInt8>, isApp: Bool) -> Bool {
    isApp ? apps.allows(app: owner) : endpoints.allows(endpoint: owner)
  }
}
