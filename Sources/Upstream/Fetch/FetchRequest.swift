package import HTTPWire

/// Where a call of the proxy's own goes: the parts of a URL that the operator wrote.
package struct FetchDestination: Equatable, Sendable {
  /// A DNS name, or an IP address without brackets.
  package var host: String
  package var port: Int
  /// Whether the scheme is https; without it only loopback is called.
  package var isTLS: Bool
  /// Path and query, beginning with `/` (RFC 9112 §3.2.1).
  package var target: String

  package init(host: String, port: Int, isTLS: Bool, target: String) {
    self.host = host
    self.port = port
    self.isTLS = isTLS
    self.target = target
  }
}

/// One field line.
package struct FetchField: Equatable, Sendable {
  package var name: String
  package var value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// A request of the proxy's own.
package struct FetchRequest: Sendable {
  package var destination: FetchDestination
  package var method: Method
  /// Besides those that the client writes itself: Host, Connection, Content-Length and, unless it is here,
  /// `accept-encoding: identity`.
  package var fields: [FetchField] = []
  package var content: [UInt8] = []
  /// The most content an answer may have, in bytes.
  package var maxBytes = 1 << 20
  /// The time for all of it, from the look-up of the name to the last byte, in nanoseconds.
  package var timeout: UInt64 = 10_000_000_000

  package init(_ method: Method, _ destination: FetchDestination) {
    self.method = method
    self.destination = destination
  }
}

extension FetchRequest: CustomStringConvertible, CustomReflectable {
  /// Whom it goes to: all the rest may hold secrets.
  package var description: String { "\(method.name) to \(destination.host):\(destination.port)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// A whole answer, whatever its status: a redirect is an answer like any other.
package struct FetchResponse: Equatable, Sendable {
  package var status: Int
  /// Names in lower case.
  package var fields: [FetchField]
  package var content: [UInt8]

  /// The value of the first field of that name, which is in lower case.
  package func first(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}
