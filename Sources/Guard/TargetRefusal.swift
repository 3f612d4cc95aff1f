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
  /// A GET that would run a model while `get_runs` is off.
  case getRunsDisabled
  /// No entry of `allowed_endpoints` fits the endpoint or the app.
  case endpointNotAllowed
  /// The caller's group has no entry that fits it.
  case endpointNotInGroup

  init(_ fault: TargetFault) {
    self =
      switch fault {
      case .malformed: .malformed
      case .notHTTPS: .notHTTPS
      case .tooLong: .tooLong
      }
  }

  /// Whether it is about what the value is, and not about what this proxy allows.
  public var isAboutForm: Bool {
    switch self {
    case .malformed, .notHTTPS, .tooLong, .endpointMissing: true
    case .targetNotAllowed, .tokensDisabled, .operationNotAllowed, .getRunsDisabled, .endpointNotAllowed,
      .endpointNotInGroup:
      false
    }
  }
}
