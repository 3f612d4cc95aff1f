internal import Text

/// The routes of the control API that clients use through a proxy (protocol.md §6.1, §6.2, §7).
public enum ControlRoute: Sendable, CaseIterable {
  case uploadInitiate, multipartInitiate, token, realtimeToken

  /// The path without outer slashes.
  public var path: StaticString {
    switch self {
    case .uploadInitiate: "storage/upload/initiate"
    case .multipartInitiate: "storage/upload/initiate-multipart"
    case .token: "tokens"
    case .realtimeToken: "tokens/realtime"
    }
  }

  /// The route with that path, without outer slashes.
  public init?(_ path: Span<UInt8>) {
    for route in Self.allCases where path.equals(route.path) {
      self = route
      return
    }
    return nil
  }

  /// The request target in the exact form that clients use.
  public var target: StaticString {
    switch self {
    case .uploadInitiate: "/storage/upload/initiate"
    case .multipartInitiate: "/storage/upload/initiate-multipart"
    case .token: "/tokens/"
    case .realtimeToken: "/tokens/realtime"
    }
  }
}
