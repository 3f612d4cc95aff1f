internal import Text

/// Values as they are written in the file, for listings.
enum SettingText {
  /// `text` as the value of a key, quoted where it could be read as something else.
  static func scalar(_ text: String) -> String { needsQuotes(text, inFlow: false) ? quoted(text) : text }

  /// `text` as an entry of a list in brackets.
  static func flow(_ text: String) -> String { needsQuotes(text, inFlow: true) ? quoted(text) : text }

  /// What parsers of one version of YAML or another take for something else than text.
  private static let words: Set<String> = [
    "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<",
  ]

  private static func needsQuotes(_ text: String, inFlow: Bool) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return true }
    let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 < 0x20 }
    if isBlank(first) || isBlank(last) || last == UInt8(ascii: ":") { return true }
    if words.contains(text.lowercased()) || mayBeNumber(text, first) { return true }
    if "&*!|>{}[]@`%,#\"'?-:".utf8.contains(first) { return true }
    if text.utf8.contains(where: { $0 < 0x20 || (inFlow && "[]{},?".utf8.contains($0)) }) { return true }
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if previous == UInt8(ascii: ":"), byte == UInt8(ascii: " ") { return true }
      if previous == UInt8(ascii: " "), byte == UInt8(ascii: "#") || byte == UInt8(ascii: "=") { return true }
      previous = byte
    }
    return false
  }

  /// Whether this begins as a number or date does; neither has two dots, as an address has.
  private static func mayBeNumber(_ text: String, _ first: UInt8) -> Bool {
    (first.isDigit || "+-.".utf8.contains(first)) && text.utf8.count { $0 == UInt8(ascii: ".") } < 2
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
