import Testing
import Text

@Suite("Reading JSON")
struct JSONParserTests {
  static func parse(_ text: String) throws(JSONError) -> JSONValue { try JSONParser.parse(Array(text.utf8)) }

  /// Compact texts.
  static let compact = [
    "null", "true", "false", "0", "-0", "1.50", "1e5", "-2.5E-10", "123456789012345678901234567890",
    "18446744073709551615", "-9223372036854775808", "\"\"", "[]", "{}", "[1,[2,[3]],{}]", "[[],[[]],{\"\":[]}]",
    #"{"b":1,"a":{"c":null},"b":2}"#, #""\"\\\n\r\t\u0001é😀""#, "\"\u{7F}/\u{2028}\u{FFFF}\u{10FFFF}\"",
  ]

  @Test("writes what it has read, byte for byte where the text was compact", arguments: compact)
  func roundTrip(text: String) throws {
    #expect(String(decoding: JSONWriter.bytes(try Self.parse(text)), as: UTF8.self) == text)
  }

  @Test("understands space and every escape")
  func escapes() throws {
    #expect(
      try Self.parse(" {\"a\" :\t[\n\"\\/\\b\\f\\u00e9\\uD83d\\uDe00\\u0000\\u0022\\u005C\" ]\r\n} ")
        == .object(["a": [.string("/\u{8}\u{C}é😀\0\"\\")]]))
  }

  /// What RFC 8259 does not allow.
  static let hostile = [
    "", " ", "nul", "nullx", "True", "NaN", "Infinity", "-Infinity", "+1", "01", "-", "-01", "1.", ".5", "-.5", "1e",
    "1e+", "1.e5", "0x1", "1_0", "'a'", "\"", "\"a", "\"\\", "\"\\\"", "\"\\x\"", "\"\\U0041\"", "\"\\u12\"",
    "\"\\u12g4\"", "\"\\u 123\"", "\"\\u+123\"", "\"\\u\u{661}000\"", "\"\u{1}\"", "\"a\nb\"", "\"\0\"", "[", "[1",
    "[1,", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1;2]", "[1}", "{", "{\"a\"", "{\"a\":", "{\"a\":1",
    "{\"a\":1,}", "{,}", "{,\"a\":1}", "{\"a\":1,,\"b\":2}", "{a:1}", "{1:1}", "{null:1}", "{\"a\" 1}", "{\"a\"::1}",
    "{\"a\":1]", "1 2", "[]]", "{}{}", "{\"a\":1}]", "// x\n1", "1 // x", "/**/1", "#\n1", "\u{FEFF}1", "\u{A0}1",
    "\u{B}1", "\u{C}1", "1\0", #""\ud83d""#, #""\ude00""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ud83d\ud83d""#,
    #""\ud83d\u0041""#, #""\ud83d\u""#, #""\ud83d\"#,
  ]

  @Test("refuses what is not JSON (RFC 8259)", arguments: hostile)
  func refuses(text: String) {
    #expect(throws: JSONError.self) { try Self.parse(text) }
  }

  /// Bytes that are no UTF-8.
  static let malformed: [[UInt8]] = [
    [0xC3], [0x80], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xFF], [0xF4, 0x90, 0x80, 0x80],
    [0xC3, 0x5C, 0x6E],
  ]

  @Test("refuses malformed UTF-8 and says where, however long the text before it", arguments: malformed)
  func malformedText(bytes: [UInt8]) {
    for length in [0, 1, 7, 8, 9, 31, 32, 33, 100] {
      let text = [0x22] + [UInt8](repeating: 0x61, count: length) + bytes + [0x22]
      #expect(throws: JSONError(offset: length + 1, reason: "Invalid UTF-8")) { try JSONParser.parse(text) }
      #expect(throws: JSONError.self) { try JSONParser.parse([0x22] + bytes + text.dropFirst()) }
    }
  }

  @Test(
    "says what is wrong, and where",
    arguments: [
      ("", 0, "Expecting value"), (" nul", 1, "Expecting value"), ("[1 2]", 3, "Expecting ',' delimiter"),
      ("{\"a\" 1}", 5, "Expecting ':' delimiter"),
      ("{\"a\":1,}", 7, "Expecting property name enclosed in double quotes"),
      ("[1,]", 3, "Expecting value"), ("1.x", 2, "Expecting digits"), ("1 2", 2, "Extra data"),
      ("\"abc", 4, "Unterminated string"), ("\"ab\nc\"", 3, "Invalid control character"),
      ("\"ab\\q\"", 3, "Invalid escape"), ("[01]", 1, "Expecting value"),
    ])
  func reasons(text: String, offset: Int, reason: String) {
    #expect(throws: JSONError(offset: offset, reason: reason)) { try Self.parse(text) }
  }

  @Test("nests as deep as it is allowed and no deeper")
  func depth() throws {
    let allowed = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    _ = try Self.parse(allowed)
    #expect(throws: JSONError(offset: 64, reason: "Nested too deeply")) { try Self.parse("[\(allowed)]") }
    let bomb = String(repeating: "{\"a\":", count: 100_000)
    #expect(throws: JSONError.self) { try Self.parse(bomb) }
  }

  @Test("is as long as it is allowed and no longer")
  func size() throws {
    let text = Array("[1,2]".utf8)
    let value = try JSONParser.parse(text.span, JSONLimits(bytes: 5))
    #expect(value == [1, 2])
    #expect(throws: JSONError(offset: 4, reason: "Too long")) {
      try JSONParser.parse(Array("[1,2]".utf8).span, JSONLimits(bytes: 4))
    }
  }

  @Test("takes the last of equal names, and integers however they are written")
  func access() throws {
    let value = try Self.parse(#"{"a":1,"a":5.0,"b":5.5,"c":1e999,"d":9223372036854775808,"K":1}"#)
    #expect(value["a"]?.int == 5)
    #expect(value["b"]?.int == nil)
    #expect(value["c"]?.int == nil)
    #expect(value["d"] == .number("9223372036854775808"))
    #expect(value["e"] == nil)
    #expect(value["\u{212A}"] == nil)
  }

  @Test(
    "finds names that come twice where that is not allowed, however they are spelled",
    arguments: [
      (#"{"a":1,"b":2}"#, nil), (#"{"a":1,"a":1}"#, 8), (#"[{"a":1,"b":{"c":1,"c":2}}]"#, 20),
      (#"{"a":1,"\u0061":2}"#, 8), (#"{"\u0061":1,"a":2}"#, 13), (#"{"a":{"a":1}}"#, nil), (#"[{"a":1},{"a":1}]"#, nil),
      (#"{"":1,"":2}"#, 7), (#"{"a":1,"A":2}"#, nil), ("{\"\u{E9}\":1,\"e\u{301}\":2}", nil),
    ] as [(String, Int?)])
  func duplicates(text: String, offset: Int?) throws {
    let limits = JSONLimits(allowsDuplicates: false)
    for read in [{ _ = try JSONParser.parse($0.span, limits) }, { try JSONSkipper.check($0.span, limits) }]
      as [([UInt8]) throws -> Void]
    {
      if let offset {
        #expect(throws: JSONError(offset: offset, reason: "Duplicate property name")) { try read(Array(text.utf8)) }
      } else {
        try read(Array(text.utf8))
      }
    }
    _ = try Self.parse(text)
  }

  @Test("finds the end of a string wherever it stands, and every mark in it")
  func longStrings() throws {
    for length in 0..<80 {
      for mark in ["", "\\n", "\\\"", "\\\\", "\\u0041", "é", "😀"] {
        let text = String(repeating: "x", count: length) + mark + String(repeating: "y", count: 80 - length)
        let value = try Self.parse("[\"\(text)\", 1]")
        let plain = text.replacing("\\n", with: "\n").replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
          .replacing("\\u0041", with: "A")
        #expect(value == [.string(plain), 1])
      }
      for control in UInt8(0)..<0x20 {
        var text = [UInt8](repeating: 0x78, count: 80)
        text[length] = control
        #expect(throws: JSONError(offset: length + 1, reason: "Invalid control character")) {
          try JSONParser.parse([0x22] + text + [0x22])
        }
      }
    }
  }
}
