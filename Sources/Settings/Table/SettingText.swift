/// Values as they are written in the file, for listings.
enum SettingText {
  /// `text` as the value of a key, quoted where it could be read as something else.
  static func scalar(_ text: String) -> String { needsQuotes(text, inFlow: false) ? quoted(text) : text }

  /// `text` as an entry of a list in brackets.
  static func flow(_ text: String) -> String { needsQuotes(text, inFlow: true) ? quoted(text) : text }

  private static func needsQuotes(_ text: String, inFlow: Bool) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return true }
    let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 < 0x20 }
    if isBlank(first) || isBlank(last) || last == UInt8(ascii: ":") || text == "~" || text == "null" { return true }
    if "&*!|>{}[]@`%,#\"'?-".utf8.contains(first) { return true }
    if text.utf8.contains(where: { $0 < 0x20 || (inFlow && "[]{},".utf8.contains($0)) }) { return true }
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if previous == UInt8(ascii: ":"), byte == UInt8(ascii: " ") { return true }
      if previous == UInt8(ascii: " "), byte == UInt8(ascii: "#") { return true }
      previous = byte
    }
    return false
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
