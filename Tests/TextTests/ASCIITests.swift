import Testing
import Text

@Suite("Classes of bytes")
struct ASCIITests {
  private static let digits = "0123456789"
  private static let lowercase = "abcdefghijklmnopqrstuvwxyz"
  private static let letters = lowercase + lowercase.uppercased()

  @Test("hold exactly the characters that their grammars name")
  func members() {
    expect(Self.digits, \.isDigit)
    expect(Self.lowercase, \.isLowercaseLetter)
    expect(Self.letters, \.isLetter)
    expect(Self.letters + Self.digits, \.isLetterOrDigit)
    expect(Self.digits + "abcdefABCDEF", \.isHexDigit)
    expect(" \t", \.isWhitespace)
    expect(Self.letters + Self.digits + "!#$%&'*+-.^_`|~", \.isTokenByte)
    expect(Self.letters + Self.digits + "-._~", \.isUnreserved)
    expect(Self.letters + Self.digits + "-._~" + "!$&'()*+,;=" + ":@/?" + "[]{}|^`\\", \.isQueryByte)
    expect(String(String.UnicodeScalarView((0x21...0x7E).map { Unicode.Scalar($0 as UInt8) })), \.isVisible)
  }

  @Test("a field value has tabs, and everything above the controls but DEL (RFC 9110 §5.5)")
  func fieldValue() {
    for byte in UInt8.min...UInt8.max { #expect(byte.isFieldValueByte == (byte == 9 || byte >= 32 && byte != 127)) }
  }

  private func expect(_ members: String, _ isMember: KeyPath<UInt8, Bool>, location: SourceLocation = #_sourceLocation)
  {
    let found = (UInt8.min...UInt8.max).filter { $0[keyPath: isMember] }
    #expect(found == Array(members.utf8).sorted(), sourceLocation: location)
  }
}

@Suite("Numbers as text")
struct NumberTextTests {
  @Test("are written as Swift writes them", arguments: [0, 1, 9, 10, 99, 100, 4096, 10 << 30, 999_999_999, .max])
  func written(value: UInt64) {
    #expect(String(decoding: Array(DecimalDigits(value)), as: UTF8.self) == String(value))
    #expect(String(decoding: Array(HexadecimalDigits(value)), as: UTF8.self) == String(value, radix: 16))
    var text: [UInt8] = []
    text.append(decimal: value)
    #expect(String(decoding: text, as: UTF8.self) == String(value))
  }

  @Test("every power of ten and its neighbours", arguments: 1...19)
  func powers(exponent: Int) {
    var power: UInt64 = 1
    for _ in 0..<exponent { power *= 10 }
    for value in [power - 1, power, power + 1] {
      #expect(String(decoding: Array(DecimalDigits(value)), as: UTF8.self) == String(value))
    }
  }

  @Test(
    "are filled up with zeros, and never cut", arguments: [(0, 1, "0"), (7, 3, "007"), (42, 2, "42"), (123, 2, "123")])
  func padded(value: UInt64, width: Int, text: String) {
    #expect(String(decoding: Array(DecimalDigits(value, width: width)), as: UTF8.self) == text)
  }

  @Test("have as many hexadecimal digits as are asked for")
  func hexadecimal() {
    #expect(Hexadecimal.text(0xABC, count: 2) == "bc")
    #expect(Hexadecimal.text(0xABC, count: 5) == "00abc")
    #expect(Hexadecimal.text(.max, count: 16) == "ffffffffffffffff")
    for byte in UInt8.min...UInt8.max {
      let character = Character(Unicode.Scalar(byte))
      #expect(byte.hexDigit.map(Int.init) == (byte < 0x80 ? character.hexDigitValue : nil))
    }
  }

  @Test(
    "are read when they are digits and no more than allowed",
    arguments: [
      ("0", 18, 0), ("007", 18, 7), ("999999999999999999", 18, 999_999_999_999_999_999), ("65536", 5, 65536),
      ("", 18, nil), ("1234567890123456789", 18, nil), ("123456", 5, nil), ("-1", 18, nil), ("+1", 18, nil),
      (" 1", 18, nil), ("1 ", 18, nil), ("1_0", 18, nil), ("0x1", 18, nil), ("1.0", 18, nil), ("\u{0661}", 18, nil),
    ] as [(String, Int, UInt64?)])
  func read(text: String, limit: Int, value: UInt64?) {
    let read = Decimal.value(of: text.utf8.span, digits: limit)
    #expect(read == value)
  }
}
