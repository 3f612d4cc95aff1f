/// Who brought an exchange to an end that is not the whole answer of the upstream, or is to blame for an error.
public enum Party: UInt8, Sendable {
  /// The client asked for what it cannot have, went away or stood still.
  case client
  /// The upstream broke off, answered nonsense or did not answer.
  case upstream
  /// The proxy has no room, or is shutting down.
  case proxy

  public var name: StaticString {
    switch self {
    case .client: "client"
    case .upstream: "upstream"
    case .proxy: "proxy"
    }
  }
}
