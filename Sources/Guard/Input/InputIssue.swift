public import Text

/// One thing wrong with an input: an entry of a `detail` list (protocol.md §5.1).
public struct InputIssue: Equatable, Sendable {
  /// Where it is, `body` first.
  public var location: [JSONValue]
  /// A sentence.
  public var message: String
  /// The name of the rule that was broken.
  public var type: String
  /// What the rule says in numbers.
  public var context: [JSONMember]
  /// What was given, unless it is long.
  public var input: JSONValue?

  /// An issue of the kind `type` at `location`.
  public init(
    _ type: String, _ location: [JSONValue], _ message: String, context: JSONMember..., input: JSONValue? = nil
  ) {
    self.init(InputRefusal(type, message, context), at: location, input: input)
  }

  init(_ refusal: InputRefusal, at location: [JSONValue], input: JSONValue?) {
    self.location = location
    message = refusal.message
    type = refusal.type
    context = refusal.context
    self.input = input
  }

  /// A longer text is not repeated.
  private static let echoedTextLimit = 200

  /// The entry as fal writes it.
  public var json: JSONValue {
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
}

/// Why a value is refused, wherever it stands: the kinds, sentences and numbers of pydantic.
struct InputRefusal: Error, Equatable {
  var type: String
  var message: String
  var context: [JSONMember]

  init(_ type: String, _ message: String, _ context: [JSONMember] = []) {
    self.type = type
    self.message = message
    self.context = context
  }
}
