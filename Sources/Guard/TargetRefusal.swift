internal import Fal

/// Why a target is not forwarded; the client is at fault and a retry cannot help.
///
/// No message repeats the target: it is attacker-controlled text, and a query may hold secrets.
public enum TargetRefusal: Error, Equatable, Sendable, CaseIterable {
  /// The value is not an `https://host/path?query` in the strict form the fal clients send.
  case malformed
  /// The scheme is `http`; the key must not travel in clear (protocol.md §2.6 a).
  case notHTTPS
  /// The value exceeds the configured length.
  case tooLong
  /// A model host, but the path is shorter than `owner/alias`.
  case endpointMissing
  /// No entry of `allowed_urls` fits.
  case targetNotAllowed
  /// A token route while tokens are off (protocol.md §7).
  case tokensDisabled
  /// The method does not belong to the path, or the follow-up is of an unknown kind (protocol.md §3.1).
  case operationNotAllowed
  /// No entry of `allowed_endpoints` fits the endpoint or the app.
  case endpointNotAllowed

  init(_ fault: TargetFault) {
    self =
      switch fault {
      case .malformed: .malformed
      case .notHTTPS: .notHTTPS
      case .tooLong: .tooLong
      }
  }

  /// A stable name for the error body, logs and metrics.
  public var name: StaticString {
    switch self {
    case .malformed: "target_invalid"
    case .notHTTPS: "target_not_https"
    case .tooLong: "target_too_long"
    case .endpointMissing: "endpoint_missing"
    case .targetNotAllowed: "target_not_allowed"
    case .tokensDisabled: "tokens_disabled"
    case .operationNotAllowed: "operation_not_allowed"
    case .endpointNotAllowed: "endpoint_not_allowed"
    }
  }

  /// Whether it is about what the value is, and not about what this proxy allows.
  public var isAboutForm: Bool {
    switch self {
    case .malformed, .notHTTPS, .tooLong, .endpointMissing: true
    case .targetNotAllowed, .tokensDisabled, .operationNotAllowed, .endpointNotAllowed: false
    }
  }

  /// The HTTP status: 400 for a value no policy would accept, 403 for one that this policy does not.
  public var status: Int {
    switch self {
    case .malformed, .notHTTPS, .tooLong, .endpointMissing: 400
    case .targetNotAllowed, .tokensDisabled, .operationNotAllowed, .endpointNotAllowed: 403
    }
  }

  /// A sentence for the client that says what is wrong and, where one exists, which setting would change it.
  public var message: String {
    switch self {
    case .malformed:
      "x-fal-target-url must be a complete https URL of a fal host in lower case, without user, port, fragment, "
        + "escapes in the path or dot segments."
    case .notHTTPS:
      "Only https targets are forwarded; x-fal-target-url begins with http://."
    case .tooLong:
      "x-fal-target-url is longer than this proxy accepts."
    case .endpointMissing:
      "x-fal-target-url names no endpoint; its path must begin with /owner/alias."
    case .targetNotAllowed:
      "The target URL is not on this proxy's list; the operator can add it to allowed_urls."
    case .tokensDisabled:
      "This proxy does not hand out fal tokens; the operator can turn them on with tokens.enabled."
    case .operationNotAllowed:
      "This method and path are not an operation of fal's API that this proxy forwards."
    case .endpointNotAllowed:
      "The endpoint is not on this proxy's list; the operator can add it to allowed_endpoints "
        + "(FAL_PROXY_ALLOWED_ENDPOINTS)."
    }
  }
}
