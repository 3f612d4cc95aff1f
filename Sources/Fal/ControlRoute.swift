internal import Text

/// The routes of the control API that clients use through a proxy (protocol.md §6.1, §6.2, §7).
package enum ControlRoute: Sendable, CaseIterable {
  case uploadInitiate, multipartInitiate, token, realtimeToken

  /// The path without outer slashes.
  package var path: StaticString {
    switch self {
    case .uploadInitiate: "storage/upload/initiate"
    case .multipartInitiate: "storage/upload/initiate-multipart"
    case .token: "tokens"
    case .realtimeToken: "tokens/realtime"
    }
  }

  /// The route with that path, without outer slashes.
  package init?(_ path: Span<UInt8>) {
    for route in Self.allCases where path.equals(route.path) {
      self = route
      return
    }
    return nil
  }

  /// The request target in the exact form that clients use.
  package var target: StaticString {
    switch self {
    case .uploadInitiate: "/storage/upload/initiate"
    case .multipartInitiate: "/storage/upload/initiate-multipart"
    case .token: "/tokens/"
    case .realtimeToken: "/tokens/realtime"
    }
  }
}
