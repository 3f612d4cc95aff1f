internal import Fal
internal import HTTPWire
internal import HTTPServer
internal import Text

/// A request as the APIs of the sandbox see it.
struct SandboxRequest: Sendable {
  var method: Method
  /// The host it was sent to, in lower case and without a port.
  var host: String
  /// What that host serves; `other` for the sandbox under its own name, which is the CDN and, for direct use, the rest.
  var role: HostRole
  /// The path as sent, for messages.
  var path: String
  /// The segments of the path, empty ones left out: a trailing slash makes no difference.
  var segments: [String]
  /// The same with one slash between each, as fal's paths are read.
  var plainPath: String { segments.joined(separator: "/") }
  var query: QueryText
  /// Names in lower case.
  var fields: [(name: String, value: String)]
  var content: [UInt8]
  /// What comes of it, where that has been read already.
  var outcome: Job.Outcome?

  init(
    _ method: Method, _ path: String, query: String = "", authority: String = "",
    fields: [(name: String, value: String)] = [], content: [UInt8] = []
  ) {
    self.method = method
    let bytes = Array(authority.utf8).map(\.asciiLowercased)
    let name = Authority(bytes.span).map { bytes[$0.host] } ?? []
    host = String(decoding: name, as: UTF8.self)
    role = HostRole(name.span)
    self.path = path
    segments = path.split(separator: "/").map(String.init)
    self.query = QueryText(query)
    self.fields = fields
    self.content = content
  }

  init(_ request: LocalRequest) {
    self.init(
      request.method, request.path, query: request.query, authority: request.authority, fields: request.fields,
      content: request.content)
  }

  func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }

  /// Whether its content is no longer than any that is read on a loop: 1 MiB, which takes some milliseconds.
  var isShort: Bool { content.count <= 1 << 20 }

  /// What the request presents as its key.
  var credentials: Credentials {
    guard let value = field("authorization") else { return .absent }
    let parts = value.split(separator: " ", omittingEmptySubsequences: true)
    return parts.count == 2 && parts[0].lowercased() == "key" ? .key : .invalid
  }

  /// The sandbox takes every key, but one there must be.
  enum Credentials {
    case absent, invalid, key
  }
}
