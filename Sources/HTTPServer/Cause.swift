public import Observability
internal import Text

/// Why a request gets an answer of this process in place of what it asked for.
///
/// HTTP's own causes are in `Cause+HTTP`; whoever serves requests adds its own in one file of its own. A class, so that what
/// carries one stays small.
public final class Cause: Error, Equatable, Sendable {
  public let status: Int
  /// The part of `error_type` after `proxy_`.
  public let name: StaticString
  /// One sentence, or a few; it never repeats what the client sent.
  public let sentence: String
  public let party: Party
  /// Whether the same request may be sent again without running or costing anything twice; protocol.md §10.1 says which
  /// statuses clients repeat by themselves.
  public let isRetrySafe: Bool
  /// Whether the connection must be closed, because what follows on it cannot be trusted or is unwanted.
  public let closes: Bool
  /// What the answer says as `status` too, as fal's queue does; nil for most.
  public let state: StaticString?
  /// Further field lines of the answer; lower-case names.
  public let fields: [Field]

  public struct Field: Equatable, Sendable {
    public let name: StaticString
    public let value: String

    public static func == (left: Field, right: Field) -> Bool {
      left.name.description == right.name.description && left.value == right.value
    }
  }

  /// - Parameter fields: names and values of further field lines.
  public init(
    _ status: Int, _ name: StaticString, _ sentence: String, by party: Party = .client, isRetrySafe: Bool = true,
    closes: Bool = false, state: StaticString? = nil, fields: KeyValuePairs<StaticString, String> = [:]
  ) {
    self.status = status
    self.name = name
    self.sentence = sentence
    self.party = party
    self.isRetrySafe = isRetrySafe
    self.closes = closes
    self.state = state
    self.fields = fields.map { Field(name: $0.key, value: $0.value) }
  }

  public static func == (left: Cause, right: Cause) -> Bool {
    left.status == right.status && left.name.description == right.name.description && left.sentence == right.sentence
      && left.party == right.party && left.isRetrySafe == right.isRetrySafe && left.closes == right.closes
      && left.fields == right.fields
  }

  /// The response content: a JSON object every official client can read (protocol.md §10.3).
  public var content: [UInt8] {
    var text: [UInt8] = []
    text.append(escapingJSON: Array(sentence.utf8).span)
    let state = state.map { "\"status\":\"\($0)\"," } ?? ""
    return Array("{\(state)\"detail\":\"".utf8) + text + Array("\",\"message\":\"".utf8) + text
      + Array("\",\"error_type\":\"proxy_\(name)\"}\n".utf8)
  }
}
