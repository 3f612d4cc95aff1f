public import Text

/// How pydantic's lax mode, in which fal's apps read their inputs, takes one kind of value for another.
///
/// Each of its functions was held against pydantic 2 itself; the rows are in LaxReadingTests.
public enum LaxReading {
  /// More digits than these are no integer.
  private static let digitLimit = 4300

  /// The integer that `value` stands for; nil when it stands for none.
  public static func integer(_ value: JSONValue) -> WholeNumber? { try? readInteger(value) }

  /// The number that `value` stands for, which may be infinite or not a number; nil when it stands for none.
  public static func number(_ value: JSONValue) -> Double? { try? readNumber(value) }

  /// The truth value that `value` stands for; nil when it stands for none.
  public static func flag(_ value: JSONValue) -> Bool? { try? readFlag(value) }

  static func readInteger(_ value: JSONValue) throws(InputRefusal) -> WholeNumber {
    switch value {
    case .bool(let flag): return WholeNumber(flag ? 1 : 0)
    case .string(let text):
      guard let digits = wholeDigits(text), let number = WholeNumber(digits) else {
        throw InputRefusal(
          "int_parsing", "Input should be a valid integer, unable to parse string as an integer")
      }
      guard number.digits.utf8.count <= digitLimit else { throw tooLarge }
      return number
    case .number(let text):
      if let number = WholeNumber(text) {
        guard number.digits.utf8.count <= digitLimit else { throw tooLarge }
        return number
      }
      guard let number = Double(text), number.isFinite else {
        throw InputRefusal("finite_number", "Input should be a finite number")
      }
      guard number == number.rounded() else {
        throw InputRefusal(
          "int_from_float", "Input should be a valid integer, got a number with a fractional part")
      }
      guard let exact = Int64(exactly: number) else { throw tooLarge }
      return WholeNumber(exact)
    case .null, .array, .object: throw InputRefusal("int_type", "Input should be a valid integer")
    }
  }

  private static var tooLarge: InputRefusal {
    InputRefusal("int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size")
  }

  static func readNumber(_ value: JSONValue) throws(InputRefusal) -> Double {
    switch value {
    case .bool(let flag): return flag ? 1 : 0
    case .string(let text):
      guard let plain = withoutUnderscores(trimmed(text)), let number = decimal(plain) else {
        throw InputRefusal("float_parsing", "Input should be a valid number, unable to parse string as a number")
      }
      return number
    case .number(let text):
      // 1e400 is infinite; an integer that is too large for a Double is none.
      if let number = Double(text), number.isFinite || WholeNumber(text) == nil { return number }
    case .null, .array, .object: break
    }
    throw InputRefusal("float_type", "Input should be a valid number")
  }

  static func readFlag(_ value: JSONValue) throws(InputRefusal) -> Bool {
    switch value {
    case .bool(let flag): return flag
    case .string(let text):
      if text.utf8.count <= 5 {
        switch String(decoding: text.utf8.map(\.asciiLowercased), as: UTF8.self) {
        case "1", "on", "t", "true", "y", "yes": return true
        case "0", "off", "f", "false", "n", "no": return false
        default: break
        }
      }
    case .number(let text):
      guard let number = Double(text) else { break }
      if number == 0 || number == 1 { return number == 1 }
      let isSmall = WholeNumber(text) == nil ? Int64(exactly: number) != nil : Int64(text) != nil
      guard isSmall else { throw InputRefusal("bool_type", "Input should be a valid boolean") }
    case .null, .array, .object: throw InputRefusal("bool_type", "Input should be a valid boolean")
    }
    throw InputRefusal("bool_parsing", "Input should be a valid boolean, unable to interpret input")
  }

  static func readText(_ value: JSONValue) throws(InputRefusal) -> String {
    guard case .string(let text) = value else { throw InputRefusal("string_type", "Input should be a valid string") }
    return text
  }

  private static func trimmed(_ text: String) -> Substring.UnicodeScalarView {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.isSpace }), let last = scalars.lastIndex(where: { !$0.isSpace })
    else { return scalars[scalars.startIndex..<scalars.startIndex] }
    return scalars[first...last]
  }

  /// The digits of an integer in a string, with its sign: without the space around it, zeros behind a point, and single underscores
  /// between digits. Anything else is left in.
  private static func wholeDigits(_ text: String) -> String? {
    var rest = trimmed(text)
    var sign = ""
    if let first = rest.first, first == "-" || first == "+" {
      sign = String(first)
      rest.removeFirst()
    }
    if let point = rest.firstIndex(of: ".") {
      let fraction = rest[point...].dropFirst()
      if !fraction.isEmpty, fraction.allSatisfy({ $0 == "0" }) { rest = rest[..<point] }
    }
    return withoutUnderscores(rest).map { sign + $0 }
  }

  /// nil where an underscore stands at an end or next to another.
  private static func withoutUnderscores(_ text: Substring.UnicodeScalarView) -> String? {
    guard text.contains("_") else { return String(text) }
    var plain = String.UnicodeScalarView()
    var previous: Unicode.Scalar = "_"
    for scalar in text {
      if scalar != "_" { plain.append(scalar) } else if previous == "_" { return nil }
      previous = scalar
    }
    return previous == "_" ? nil : String(plain)
  }

  private static func decimal(_ text: String) -> Double? {
    let isDecimal = text.utf8.allSatisfy { byte in
      byte.isDigit || "+-.eE".utf8.contains(byte)
    }
    if isDecimal { return Double(text) }
    let name = text.utf8.drop { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
    guard text.utf8.count - name.count <= 1, name.count <= 8 else { return nil }
    switch String(decoding: name.map(\.asciiLowercased), as: UTF8.self) {
    case "inf", "infinity": return text.utf8.first == UInt8(ascii: "-") ? -.infinity : .infinity
    case "nan": return .nan
    default: return nil
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isSpace: Bool { value < 0x80 ? value == 0x20 || 9...13 ~= value : properties.isWhitespace }
}
