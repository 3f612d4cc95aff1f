internal import Text

/// One hop of a list of them, as fields have it.
enum ForwardedHop {
  /// An address of `X-Forwarded-For`: with or without a port, one of IPv6 with or without brackets where it has none.
  static func address(_ text: Span<UInt8>) -> IPv6Address? {
    if let address = IPv6Address(text) { return address }
    return withPort(text, obfuscated: false)
  }

  /// The `for` of an element of `Forwarded` (RFC 7239 §4): pairs with semicolons between them, each name once.
  ///
  /// A client without an address, `unknown` or an obfuscated identifier (§6.2, §6.3), is none that can be counted.
  static func node(_ element: Span<UInt8>) -> IPv6Address? {
    var (address, end): (IPv6Address?, Int) = (nil, element.count)
    while end >= 0 {
      guard let start = start(in: element, before: end, separator: UInt8(ascii: ";")) else { return nil }
      let pair = element.extracting(trimmed(start..<end, of: element))
      end = start - 1
      if pair.isEmpty { continue }
      let equals = pair.firstIndex(of: UInt8(ascii: "="), from: 0, limit: pair.count)
      guard equals > 0, equals < pair.count else { return nil }
      for index in 0..<equals where !pair[index].isTokenByte { return nil }
      guard pair.extracting(0..<equals).equalsIgnoringCase("for") else { continue }
      guard address == nil, let value = value(pair.extracting((equals + 1)..<pair.count)) else { return nil }
      address = value
    }
    return address
  }

  /// A value of `for`: an address of IPv4 as a token, or any with a port or brackets as a quoted string.
  private static func value(_ text: Span<UInt8>) -> IPv6Address? {
    guard text.count >= 2, text[0] == UInt8(ascii: "\"") else {
      return IPv4Address(text).map { IPv6Address(mapping: $0) }
    }
    guard text[text.count - 1] == UInt8(ascii: "\"") else { return nil }
    return withPort(text.extracting(1..<(text.count - 1)), obfuscated: true)
  }

  /// `1.2.3.4` or `[2001:db8::1]`, and a port, if there is one (node of RFC 7239 §6).
  /// - Parameter obfuscated: whether the port may be hidden behind a name.
  private static func withPort(_ text: Span<UInt8>, obfuscated: Bool) -> IPv6Address? {
    guard !text.isEmpty else { return nil }
    var end: Int
    var address: IPv6Address?
    if text[0] == Byte.openBracket {
      end = text.firstIndex(of: Byte.closeBracket, from: 1, limit: text.count)
      guard end < text.count else { return nil }
      address = IPv6Address(text.extracting(1..<end))
      end += 1
    } else {
      end = text.firstIndex(of: UInt8(ascii: ":"), from: 0, limit: text.count)
      address = IPv4Address(text.extracting(0..<end)).map { IPv6Address(mapping: $0) }
    }
    guard let address, end < text.count else { return address }
    guard text[end] == UInt8(ascii: ":") else { return nil }
    let port = text.extracting((end + 1)..<text.count)
    if Decimal.value(of: port, digits: 5) != nil { return address }
    guard obfuscated, port.count > 1, port[0] == Byte.underscore else { return nil }
    for index in 1..<port.count where !port[index].isUnreserved || port[index] == UInt8(ascii: "~") { return nil }
    return address
  }

  /// Where the element begins that ends before `end`.
  static func elementStart(in list: Span<UInt8>, before end: Int) -> Int? {
    start(in: list, before: end, separator: UInt8(ascii: ","))
  }

  /// Goes back from `end` to behind the separator before it that no quoted string holds (RFC 9110 §5.6.4); nil where a quote
  /// is left open. A part written well is found whatever stands before it.
  private static func start(in text: Span<UInt8>, before end: Int, separator: UInt8) -> Int? {
    var (start, isQuoted) = (end, false)
    while start > 0 {
      let byte = text[start - 1]
      if byte == UInt8(ascii: "\"") {
        var slash = start - 1
        while slash > 0, text[slash - 1] == UInt8(ascii: "\\") { slash -= 1 }
        let isEscaped = (start - 1 - slash) % 2 == 1
        if isEscaped, !isQuoted { return nil }
        if !isEscaped { isQuoted.toggle() }
      } else if byte == separator, !isQuoted {
        return start
      }
      start -= 1
    }
    return isQuoted ? nil : 0
  }

  /// `range` without white space at its ends.
  static func trimmed(_ range: Range<Int>, of text: Span<UInt8>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, text[start].isWhitespace { start += 1 }
    while end > start, text[end - 1].isWhitespace { end -= 1 }
    return start..<end
  }
}
