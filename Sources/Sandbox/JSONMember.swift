/// A name and its value in a JSON object.
struct JSONMember: Equatable, Sendable {
  var name: String
  var value: JSONValue
}
