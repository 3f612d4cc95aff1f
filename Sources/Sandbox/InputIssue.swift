internal import Text

/// One thing wrong with an input: an entry of a `detail` list (protocol.md §5.1).
struct InputIssue: Equatable, Sendable {
  var location: [JSONValue]
  var message: String
  var type: String
  /// The limits that were missed, and what they are called.
  var context: [JSONMember]
  /// What was given, unless it is long.
  var input: JSONValue?

  init(_ type: String, _ location: [JSONValue], _ message: String, context: JSONMember..., input: JSONValue? = nil) {
    self.location = location
    self.message = message
    self.type = type
    self.context = context
    self.input = input
  }

  /// A longer text is not repeated.
  private static let echoedTextLimit = 200

  var json: JSONValue {
    var members = [
      JSONMember(name: "loc", value: .array(location)), JSONMember(name: "msg", value: .string(message)),
      JSONMember(name: "type", value: .string(type)),
      JSONMember(name: "url", value: .string("https://docs.fal.ai/errors/#\(type)")),
    ]
    if !context.isEmpty { members.append(JSONMember(name: "ctx", value: .object(context))) }
    switch input {
    case .null, .bool: members.append(JSONMember(name: "input", value: input ?? .null))
    case .number(let text) where text.utf8.count <= InputIssue.echoedTextLimit,
      .string(let text) where text.utf8.count <= InputIssue.echoedTextLimit:
      members.append(JSONMember(name: "input", value: input ?? .null))
    default: break
    }
    return .object(members)
  }

  /// The answer of a model that refuses its input; it is never billed.
  static func reply(_ issues: [InputIssue], _ fields: [ReplyField]) -> SandboxReply {
    .json(
      422, .object(["detail": .array(issues.map(\.json))]),
      fields + [ReplyField("x-fal-billable-units", "0"), ReplyField("x-fal-retryable", "false")])
  }
}
