internal import Guard
internal import HTTPWire
internal import Text

/// fal's answers to what went wrong (protocol.md §5).
enum FaultReply {
  /// The answer with that status, in the shape that fal gives it.
  static func error(_ status: Int) -> SandboxReply {
    switch status {
    case 400: .requestError(400, "bad_request", "Bad request")
    case 401: .detail(401, "invalid key credentials")
    case 403: locked
    case 404: .pathNotFound("/")
    case 422:
      InputIssue.reply(
        [
          InputIssue(
            "content_policy_violation", ["body", "prompt"],
            "The content could not be processed because it contained material flagged by a content checker.")
        ], [])
    case 429: rate
    case 499: .requestError(499, "client_disconnected", "Client disconnected")
    case 500: model(500, "internal_server_error", "Internal server error")
    case 502: .requestError(502, "runner_incomplete_response", "Runner sent an incomplete response")
    case 503: .requestError(503, "runner_scheduling_failure", "No runner could be scheduled")
    case 504: model(504, "generation_timeout", "Generation timed out")
    default: .detail(status, "Error \(status)")
    }
  }

  /// Of an account whose balance is exhausted.
  static let locked = SandboxReply.detail(
    403, "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.")

  /// Of an account that runs as much as it may (protocol.md §3.9).
  static let rate = model(
    429, "concurrent_requests_limit", "Too many concurrent requests", [ReplyField("x-fal-needs-retry", "1")])

  /// An error of the model (protocol.md §5.1).
  private static func model(
    _ status: Int, _ type: String, _ message: String, _ fields: [ReplyField] = []
  ) -> SandboxReply {
    .json(status, .object(["detail": .array([InputIssue(type, ["body"], message).json])]), fields)
  }

  /// The type that a reply names; nil for one that names none.
  static func type(of reply: SandboxReply) -> String? {
    guard let value = try? JSONParser.parse(reply.content) else { return nil }
    return value["error_type"]?.text ?? value["detail"]?.elements?.first?["type"]?.text
  }

  /// What arrived, without its credentials.
  static func echo(_ request: SandboxRequest) -> SandboxReply {
    let fields = request.fields.filter { $0.name != "authorization" }
    let input = (try? JSONParser.parse(request.content)) ?? .string(String(decoding: request.content, as: UTF8.self))
    return .json(
      200,
      .object([
        "method": .string(request.method == .get ? "GET" : "POST"), "host": .string(request.host),
        "path": .string(request.path),
        "query": .object(request.query.items.map { JSONMember(name: $0.name, value: .string($0.value)) }),
        "headers": .array(fields.map { .array([.string($0.name), .string($0.value)]) }),
        "input": request.content.isEmpty ? .null : input,
      ]), [ReplyField("x-fal-billable-units", "0")])
  }

  /// An event of `stream`.
  static func event(_ number: Int, of count: Int) -> JSONValue {
    .object(["event": .integer(number), "of": .integer(count)])
  }
}
