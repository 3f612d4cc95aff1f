/// Writes a JSON value, compact.
public enum JSONWriter {
  public static func bytes(_ value: JSONValue) -> [UInt8] {
    var output: [UInt8] = []
    append(value, to: &output)
    return output
  }

  private static func append(_ value: JSONValue, to output: inout [UInt8]) {
    switch value {
    case .null: output.append("null")
    case .bool(let flag): output.append(flag ? "true" : "false")
    case .number(let text): output.append(contentsOf: text.utf8)
    case .string(let text): output.append(json: text.utf8.span)
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        append(element, to: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      output.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        output.append(json: member.name.utf8.span)
        output.append(UInt8(ascii: ":"))
        append(member.value, to: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }
}

extension [UInt8] {
  /// Appends `text`, which is UTF-8, as a JSON string with its quotes.
  public mutating func append(json text: Span<UInt8>) {
    append(UInt8(ascii: "\""))
    append(escapingJSON: text)
    append(UInt8(ascii: "\""))
  }

  /// Appends `text`, which is UTF-8, as it stands between the quotes of a JSON string.
  public mutating func append(escapingJSON text: Span<UInt8>) {
    var start = 0
    var isASCII = true
    while true {
      let end = text.endOfPlainJSON(from: start, isASCII: &isASCII)
      append(text.extracting(start..<end))
      guard end < text.count else { return }
      let byte = text[end]
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0x0A: append("\\n")
      case 0x0D: append("\\r")
      case 0x09: append("\\t")
      default:
        append("\\u00")
        append(contentsOf: HexadecimalDigits(UInt64(byte), count: 2))
      }
      start = end + 1
    }
  }
}
