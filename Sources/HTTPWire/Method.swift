internal import Text

/// A request method the proxy knows by name (RFC 9110 §9); everything else is `other`.
public enum Method: UInt8, Sendable {
  case get, head, post, put, options, connect, other

  /// The method whose exact, case-sensitive token `bytes` is (RFC 9110 §9.1).
  public init(_ bytes: Span<UInt8>) {
    switch bytes.count {
    case 3:
      if bytes.equals("GET") { self = .get } else if bytes.equals("PUT") { self = .put } else { self = .other }
    case 4:
      if bytes.equals("POST") { self = .post } else if bytes.equals("HEAD") { self = .head } else { self = .other }
    case 7:
      if bytes.equals("OPTIONS") {
        self = .options
      } else if bytes.equals("CONNECT") {
        self = .connect
      } else {
        self = .other
      }
    default: self = .other
    }
  }

  /// Whether content has no meaning here: it is the classic carrier of a smuggled request (RFC 9110 §9.3.1).
  var refusesContent: Bool { self == .get || self == .head }

  /// Whether a chunked body may only be an empty one.
  var refusesChunks: Bool { refusesContent || self == .options }

  /// The token as it stands in a request line.
  public var name: StaticString {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .put: "PUT"
    case .options: "OPTIONS"
    case .connect: "CONNECT"
    case .other: "OTHER"
    }
  }
}
