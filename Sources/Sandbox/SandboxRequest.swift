internal import HTTPWire
internal import HTTPServer

/// A request as the APIs of the sandbox see it.
struct SandboxRequest {
  var method: Method
  var host: SandboxHost
  /// The path as sent, for messages.
  var path: String
  /// The segments of the path, empty ones left out: a trailing slash makes no difference.
  var segments: [String]
  var query: QueryText
  /// Names in lower case.
  var fields: [(name: String, value: String)]
  var content: [UInt8]

  init(
    _ method: Method, _ path: String, query: String = "", authority: String = "",
    fields: [(name: String, value: String)] = [], content: [UInt8] = []
  ) {
    self.method = method
    host = SandboxHost(authority: authority)
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
