internal import Text

/// Content types and file names from outside, made fit for fields and URLs.
enum ContentType {
  static let unknown = "application/octet-stream"
  private static let lengthLimit = 100
  private static let suffixLimit = 8

  /// `text` if it can stand in a field, else the type of unknown bytes.
  static func safe(_ text: String?) -> String {
    guard let text, !text.isEmpty, text.utf8.count <= lengthLimit, text.utf8.contains(UInt8(ascii: "/")),
      text.utf8.allSatisfy({ $0.isVisible || $0 == 0x20 })
    else { return unknown }
    return text
  }

  /// The extension of a file: its name's, else the subtype.
  static func suffix(of name: String?, type: String) -> String {
    let parts = (name ?? "").split(separator: ".", omittingEmptySubsequences: false)
    if parts.count > 1, let last = parts.last, isSuffix(last) { return last.lowercased() }
    let subtype = type.split(separator: ";")[0].split(separator: "/").last ?? ""
    if subtype == "octet-stream" { return "bin" }
    return isSuffix(subtype) ? subtype.lowercased() : "bin"
  }

  private static func isSuffix(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.count <= suffixLimit
      && text.utf8.allSatisfy { $0.isLetterOrDigit }
  }
}
