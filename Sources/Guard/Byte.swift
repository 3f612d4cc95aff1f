/// The byte values that patterns, targets and origins give a meaning to.
enum Byte {
  static let slash = UInt8(ascii: "/")
  static let backslash = UInt8(ascii: "\\")
  static let star = UInt8(ascii: "*")
  static let question = UInt8(ascii: "?")
  static let percent = UInt8(ascii: "%")
  static let dot = UInt8(ascii: ".")
  static let dash = UInt8(ascii: "-")
  static let underscore = UInt8(ascii: "_")
  static let space = UInt8(ascii: " ")
  static let colon = UInt8(ascii: ":")
  static let numberSign = UInt8(ascii: "#")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let openBracket = UInt8(ascii: "[")
  static let closeBracket = UInt8(ascii: "]")
}
