/// Callers that may do the same, as `groups` lists them. A class, because a copy for each decision would count references up
/// and down.
public final class CallerGroup: Sendable {
  /// What lines of `auth.tokens_file` call it.
  public let name: String
  /// What of the allowed endpoints they may call.
  let endpoints: EndpointList

  /// The group of callers without one, where it is listed.
  public static let standardName = "default"

  /// - Parameter endpoints: narrow what is allowed for all; they never add to it.
  public init(name: String, endpoints: [EndpointPattern]) {
    self.name = name
    self.endpoints = EndpointList(endpoints)
  }
}
