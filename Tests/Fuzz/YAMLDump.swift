import Glibc
/// Prints what the reader makes of documents, for Tests/Fuzz/yaml_differential.py: from standard input the length of each
/// as four bytes, little-endian, then its bytes; to standard output one line of JSON each. A mapping is a list of
/// `[key, line, value]` in an object, null is null, and what was reported is false.
@main
enum YAMLDump {
  static func main() {
    while let header = take(4) {
      let length = header.reversed().reduce(0) { $0 << 8 | Int($1) }
      guard let document = take(length) else { return }
      let (root, faults) = document.withUnsafeBytes { YAMLSubset.parse(SecretBytes(copying: $0)) }
      let shown = faults.map { "[\($0.line),\(quote($0.message))]" }.joined(separator: ",")
      print("{\"faults\":[\(shown)],\"root\":\(describe(.mapping(root)))}")
    }
  }

  private static func take(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let received = bytes.withUnsafeMutableBytes { read(0, $0.baseAddress! + filled, count - filled) }
      guard received > 0 else { return nil }
      filled += received
    }
    return bytes
  }

  private static func describe(_ content: YAMLSubset.Content) -> String {
    switch content {
    case .null: "null"
    case .faulty: "false"
    case .scalar(let bytes): quote(bytes.text)
    case .sequence(let nodes): "[" + nodes.map { describe($0.content) }.joined(separator: ",") + "]"
    case .mapping(let mapping):
      "{\"map\":["
        + mapping.entries.map { "[\(quote($0.key)),\($0.line),\(describe($0.value.content))]" }
        .joined(separator: ",") + "]}"
    }
  }

  private static func quote(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\u{0}"..<" ": quoted += "\\u00" + String(scalar.value + 0x100, radix: 16).dropFirst()
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
