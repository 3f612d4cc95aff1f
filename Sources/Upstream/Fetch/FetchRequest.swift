public import HTTPWire

/// Where a call of the proxy's own goes: the parts of a URL that the operator wrote.
public struct FetchDestination: Equatable, Sendable {
  /// A DNS name, or an IP address without brackets.
  public var host: String
  public var port: Int
  /// Whether the scheme is https; without it only loopback is called.
  public var isTLS: Bool
  /// Path and query, beginning with `/` (RFC 9112 §3.2.1).
  public var target: String

  public init(host: String, port: Int, isTLS: Bool, target: String) {
    self.host = host
    self.port = port
    self.isTLS = isTLS
    self.target = target
  }
}

/// One field line.
public struct FetchField: Equatable, Sendable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// A request of the proxy's own.
public struct FetchRequest: Sendable {
  public var destination: FetchDestination
  public var method: Method
  /// Besides those that the client writes itself: Host, Connection, Content-Length and, unless it is here,
  /// `accept-encoding: identity`.
  public var fields: [FetchField] = []
  public var content: [UInt8] = []
  /// The most content an answer may have, in bytes.
  public var maxBytes = 1 << 20
  /// Whether the head of the answer is all that is wanted; the connection is closed behind it.
  public var headOnly = false
  /// The time for all of it, from the look-up of the name to the last byte, in nanoseconds.
  public var timeout: UInt64 = 10_000_000_000

  public init(_ method: Method, _ destination: FetchDestination) {
    self.method = method
    self.destination = destination
  }
}

extension FetchRequest: CustomStringConvertible, CustomReflectable {
  /// Whom it goes to: all the rest may hold secrets.
  public var description: String { "\(method.name) to \(destination.host):\(destination.port)" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A whole answer, whatever its status: a redirect is an answer like any other.
public struct FetchResponse: Equatable, Sendable {
  public var status: Int
  /// Names in lower case.
  public var fields: [FetchField]
  public var content: [UInt8]

  /// The value of the first field of that name, which is in lower case.
  public func first(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}
