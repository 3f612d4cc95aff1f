internal import Text

/// A whole answer as a value.
struct SandboxReply: Equatable, Sendable {
  var status: Int
  var fields: [ReplyField] = []
  var content: [UInt8] = []
  var ending = Ending.whole

  /// How long an answer stands that is cut, in nanoseconds.
  static let cutDelay: UInt64 = 250_000_000

  /// How much of it arrives.
  enum Ending {
    case whole
    /// The head and the first half of the content.
    case cut
    /// Nothing: the connection is reset.
    case none
  }

  /// Lets pages of every origin read the answer, as fal's apps and its CDN do.
  static let anyOrigin = ReplyField("access-control-allow-origin", "*")
  /// What answers of the API carry besides; a proxy must drop the cookie and replace the rest.
  static let noise = [ReplyField("server", "sandbox"), ReplyField("set-cookie", "sandbox=1; Path=/"), anyOrigin]

  /// An answer of the API.
  static func json(_ status: Int, _ value: JSONValue, _ fields: [ReplyField] = []) -> SandboxReply {
    SandboxReply(
      status: status, fields: [ReplyField("content-type", "application/json")] + fields + noise,
      content: JSONWriter.bytes(value))
  }

  /// `{"detail":…}`, as for all errors that are not about the input (protocol.md §5.1).
  static func detail(_ status: Int, _ text: String, _ fields: [ReplyField] = []) -> SandboxReply {
    .json(status, .object(["detail": .string(text)]), fields)
  }

  /// An error of the infrastructure, named in content and field (protocol.md §5.1).
  static func requestError(_ status: Int, _ type: String, _ text: String, _ fields: [ReplyField] = []) -> SandboxReply {
    .json(
      status, .object(["detail": .string(text), "error_type": .string(type)]),
      [ReplyField("x-fal-error-type", type)] + fields)
  }

  /// The answer to a call of an app that there is not (protocol.md §3.4).
  /// - Parameter app: of which the last segment is told.
  static func noApplication(_ app: String) -> SandboxReply {
    .detail(404, "Application \"\(app.split(separator: "/").last ?? "")\" not found")
  }

  static func pathNotFound(_ path: String) -> SandboxReply {
    .detail(404, "Path \(path) not found", [ReplyField("x-fal-billable-units", "0")])
  }

  /// The answer to more than anybody has to say there.
  static let contentTooLong = SandboxReply.detail(413, "The sandbox reads no more than 1 MiB here: send less")

  static func methodNotAllowed(_ allowed: String) -> SandboxReply {
    .detail(405, "Method Not Allowed", [ReplyField("allow", allowed)])
  }

  /// The answer to a preflight: everything a browser may want to send here.
  static func preflight(requestedFields: String?) -> SandboxReply {
    SandboxReply(
      status: 204,
      fields: [
        anyOrigin, ReplyField("access-control-allow-methods", "GET, HEAD, POST, PUT, OPTIONS"),
        ReplyField("access-control-allow-headers", requestedFields ?? "content-type, range"),
        ReplyField("access-control-max-age", "86400"),
      ])
  }

  /// What every answer says: that it is none of fal's.
  static let servedFrom = ReplyField("x-fal-served-from", "sandbox")

  func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}
