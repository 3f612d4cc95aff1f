internal import HTTPWire

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
  static let colon = UInt8(ascii: ":")
  static let space = UInt8(ascii: " ")
  static let openBracket = UInt8(ascii: "[")
  static let closeBracket = UInt8(ascii: "]")
}

extension UInt8 {
  var isDigit: Bool { self >= 0x30 && self <= 0x39 }
  var isLowercaseLetter: Bool { self >= 0x61 && self <= 0x7A }
  var isLetter: Bool { (self | 0x20).isLowercaseLetter }
  var isHexDigit: Bool { isDigit || ((self | 0x20) >= 0x61 && (self | 0x20) <= 0x66) }

  /// A byte of a host name as URL parsers write it: lower case, no escapes, IDNs already in their `xn--` form.
  var isHostByte: Bool { isLowercaseLetter || isDigit || self == Byte.dash || self == Byte.dot }

  /// The unreserved set of RFC 3986 §2.3, which needs no escape anywhere in a URL.
  var isUnreserved: Bool {
    isLetter || isDigit || self == Byte.dash || self == Byte.dot || self == Byte.underscore || self == 0x7E
  }

  /// A byte that may stand for itself in a query (RFC 3986 §3.4); `%` is left to the caller, who must see two digits.
  var isQueryByte: Bool {
    if isUnreserved { return true }
    switch self {
    case 0x21, 0x24, 0x26...0x2C, 0x3B, 0x3D: return true  // sub-delims
    case 0x3A, 0x40, 0x2F, 0x3F: return true  // : @ / ?
    default: return false
    }
  }
}

extension Span where Element == UInt8 {
  /// Whether `other` stands at `offset`; false when it would begin before or end after these bytes.
  func hasBytes(_ other: [UInt8], at offset: Int) -> Bool {
    guard offset >= 0, count - offset >= other.count else { return false }
    for index in 0..<other.count where self[offset + index] != other[index] { return false }
    return true
  }

  func hasPrefix(_ literal: StaticString) -> Bool {
    let length = literal.utf8CodeUnitCount
    return count >= length && extracting(0..<length).equals(literal)
  }

  /// The offset of the first `byte` at or after `start`, or `limit` when there is none before it.
  func firstIndex(of byte: UInt8, from start: Int, limit: Int) -> Int {
    var index = start
    while index < limit, self[index] != byte { index += 1 }
    return index
  }

  /// Whether these bytes are dot-separated, non-empty labels of host bytes; `underscore` tolerates `_` as well.
  func isHostName(underscore: Bool = false) -> Bool {
    var label = 0
    for index in 0..<count {
      let byte = self[index]
      if byte == Byte.dot {
        guard label > 0 else { return false }
        label = 0
      } else {
        guard byte.isHostByte || (underscore && byte == Byte.underscore) else { return false }
        label += 1
      }
    }
    return label > 0
  }
}
