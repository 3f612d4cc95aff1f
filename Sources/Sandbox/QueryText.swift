internal import Text

/// The names and values of a query, decoded.
struct QueryText: Equatable, Sendable {
  private(set) var items: [(name: String, value: String)]

  init(_ query: String) {
    items = query.split(separator: "&").map { item in
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (QueryText.decoded(parts[0]), parts.count > 1 ? QueryText.decoded(parts[1]) : "")
    }
  }

  static func == (left: QueryText, right: QueryText) -> Bool {
    left.items.elementsEqual(right.items) { $0 == $1 }
  }

  subscript(name: String) -> String? { items.last { $0.name == name }?.value }

  /// Whether logs are wanted: 1 or true (protocol.md §3.1).
  var wantsLogs: Bool { self["logs"] == "1" || self["logs"]?.lowercased() == "true" }

  /// The input of a call made with GET: scalars become what their text says, except where a model wants text.
  func input(depthLimit: Int) -> JSONValue {
    let members = items.filter { !QueryText.parameters.contains($0.name) }.map { item in
      guard !QueryText.textFields.contains(item.name),
        let value = try? JSONParser.parse(Array(item.value.utf8), depthLimit: depthLimit), value.text == nil
      else { return JSONMember(name: item.name, value: .string(item.value)) }
      return JSONMember(name: item.name, value: value)
    }
    return .object(members)
  }

  /// What is meant for the queue and not for the model (protocol.md §3.1).
  private static let parameters: Set = ["fal_webhook", "fal_max_queue_length", "fal_jwt_token", "logs"]
  private static let textFields: Set = ["prompt", "negative_prompt", "image_url", "change_map_image_url"]

  private static func decoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "+") {
        bytes.append(0x20)
      } else if byte == UInt8(ascii: "%"), let value = UInt8(hexadecimal: rest.prefix(2)) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension UInt8 {
  /// Two hexadecimal digits; a sign is none.
  fileprivate init?(hexadecimal digits: Substring.UTF8View) {
    guard digits.count == 2, let high = digits.first?.hexDigit, let low = digits.last?.hexDigit else { return nil }
    self = high << 4 | low
  }
}
