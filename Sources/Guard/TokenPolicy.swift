internal import Fal
internal import Text

/// What the content of a token request may say (protocol.md §7): a token is an authority to spend that no proxy can meter,
/// so it reaches no further than its caller could without one, and not for long.
public struct TokenPolicy: Sendable {
  private let endpoints: EndpointList
  private let maximumSeconds: Int

  /// - Parameters:
  ///   - allowedEndpoints: the endpoints that tokens may be for.
  ///   - maximumSeconds: the longest life of a token.
  public init(allowedEndpoints: [EndpointPattern], maximumSeconds: Int) {
    endpoints = EndpointList(allowedEndpoints)
    self.maximumSeconds = maximumSeconds
  }

  /// Reads the content of a request to the token route at `path`, which has no outer slashes.
  ///
  /// It is read strictly and written anew, so that fal cannot read it differently: no member twice, none unknown.
  /// - Parameter group: the caller's, which narrows the endpoints.
  /// - Returns: the content to send on, its life stated and lowered where it was longer.
  public func decide(
    path: Span<UInt8>, content: Span<UInt8>, in group: CallerGroup? = nil
  ) throws(TokenRefusal) -> [UInt8] {
    let route = ControlRoute(path)
    let lifeName: String
    switch route {
    case .token: lifeName = "token_expiration"
    case .realtimeToken: lifeName = "duration"
    case .uploadInitiate, .multipartInitiate, nil: throw .content("goes to no token route that is known")
    }
    var (apps, life): ([JSONValue]?, Int?)
    for member in try Self.members(content) {
      switch member.name {
      case "allowed_apps": apps = member.value.elements
      case lifeName:
        guard let seconds = member.value.int, seconds > 0 else {
          throw .content("needs a positive whole number of seconds as its life")
        }
        life = seconds
      default:
        throw .content("may have allowed_apps and, at /tokens/, token_expiration, at /tokens/realtime, duration only")
      }
    }
    guard let apps, !apps.isEmpty else { throw .content("needs allowed_apps, a list of at least one app") }
    for app in apps {
      guard let text = app.text else { throw .content("needs texts in allowed_apps") }
      let isAlone = route == .token
      guard try allows(text, alone: isAlone, alias: endpoints.allows(alias:), endpoint: endpoints.allows(endpoint:))
      else { throw .endpointNotAllowed }
      if let group,
        try !allows(text, alone: isAlone, alias: group.allows(alias:), endpoint: group.allows(endpoint:))
      {
        throw .endpointNotInGroup
      }
    }
    return JSONWriter.bytes(
      .object([
        JSONMember(name: "allowed_apps", value: .array(apps)),
        JSONMember(name: lifeName, value: .integer(min(life ?? maximumSeconds, maximumSeconds))),
      ]))
  }

  private static func members(_ content: Span<UInt8>) throws(TokenRefusal) -> [JSONMember] {
    guard case .object(let members)? = try? JSONParser.parse(content, JSONLimits(depth: 4)) else {
      throw .content("must be a JSON object")
    }
    // No more than are known, before any is compared with another: a client can send thousands.
    guard members.count <= 2 else { throw .content("may have two members only, each once") }
    // Byte by byte: what Swift takes for the same text, others may not.
    guard members.count < 2 || !members[0].name.utf8.elementsEqual(members[1].name.utf8) else {
      throw .content("names a member twice")
    }
    return members
  }

  /// Whether an entry of `allowed_apps` belongs to an allowed endpoint: an alias alone, or `owner/alias` with its path,
  /// whose last segment names the kind of the connection.
  private func allows(
    _ app: String, alone: Bool, alias: (Span<UInt8>) -> Bool, endpoint: (Span<UInt8>) -> Bool
  ) throws(TokenRefusal) -> Bool {
    let bytes = Array(app.utf8)
    guard alone else {
      guard let id = EndpointID(app) else { throw .content("needs entries like owner/app/realtime in allowed_apps") }
      if endpoint(bytes.span) { return true }
      guard let last = id.subpath.last, last == "realtime" || last == "ws" else { return false }
      return endpoint(bytes.span.extracting(0..<bytes.count - last.utf8.count - 1))
    }
    guard EndpointID.isName(app) else { throw .content("needs the alias of an app alone in allowed_apps") }
    return alias(bytes.span)
  }
}

/// Why a token request is not forwarded.
public enum TokenRefusal: Error, Equatable, Sendable {
  /// What is wrong with its content: the end of a sentence that begins with "The content of a token request".
  case content(StaticString)
  /// It asks for an app that no allowed endpoint belongs to.
  case endpointNotAllowed
  /// It asks for an app that no endpoint of the caller's group belongs to.
  case endpointNotInGroup

  public static func == (left: TokenRefusal, right: TokenRefusal) -> Bool {
    switch (left, right) {
    case (.content(let left), .content(let right)): left.description == right.description
    case (.endpointNotAllowed, .endpointNotAllowed), (.endpointNotInGroup, .endpointNotInGroup): true
    default: false
    }
  }
}
