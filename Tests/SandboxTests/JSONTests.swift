import Testing

@testable import Sandbox

@Suite struct JSONTests {
  static func parse(_ text: String) throws(JSONError) -> JSONValue { try JSONParser.parse(Array(text.utf8)) }

  @Test(
    "writes what it has read, byte for byte where the text was compact",
    arguments: [
      "null", "true", "false", "0", "-0", "1.50", "1e5", "-2.5E-10", "123456789012345678901234567890", "\"\"", "[]",
      "{}", "[1,[2,[3]],{}]", #"{"b":1,"a":{"c":null},"b":2}"#, #""\"\\\n\r\t\u0001é😀""#,
    ])
  func roundTrip(text: String) throws {
    #expect(String(decoding: JSONWriter.bytes(try Self.parse(text)), as: UTF8.self) == text)
  }

  @Test("understands space and every escape")
  func escapes() throws {
    #expect(
      try Self.parse(" {\"a\" :\t[\n\"\\/\\b\\f\\u00e9\\ud83d\\ude00\\u0000\" ]\r\n} ")
        == .object(["a": [.string("/\u{8}\u{C}é😀\0")]]))
  }

  @Test(
    "refuses what is not JSON (RFC 8259)",
    arguments: [
      "", " ", "nul", "nullx", "True", "NaN", "Infinity", "+1", "01", "-", "-01", "1.", ".5", "1e", "1e+", "0x1",
      "'a'", "\"", "\"a", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\u{1}\"", "\"a\nb\"", "[", "[1", "[1,",
      "[1,]", "[,1]", "[1 2]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}",
      "1 2", "[]]", "{}{}", "// x\n1", "\u{FEFF}1", #""\ud83d""#, #""\ude00""#, #""\ud83dx""#, #""\ud83d\ud83d""#,
    ])
  func hostile(text: String) {
    #expect(throws: JSONError.self) { try Self.parse(text) }
  }

  @Test(
    "refuses malformed UTF-8",
    arguments: [[0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xFF], [0xF4, 0x90, 0x80, 0x80]])
  func malformedText(bytes: [UInt8]) {
    #expect(throws: JSONError.self) { try JSONParser.parse([0x22] + bytes + [0x22]) }
  }

  @Test("nests as deep as it is allowed and no deeper")
  func depth() throws {
    let allowed = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    _ = try Self.parse(allowed)
    #expect(throws: JSONError(offset: 64, reason: "Nested too deeply")) { try Self.parse("[\(allowed)]") }
    let bomb = String(repeating: "{\"a\":", count: 100_000)
    #expect(throws: JSONError.self) { try Self.parse(bomb) }
  }

  @Test("takes the last of equal names, and integers however they are written")
  func access() throws {
    let value = try Self.parse(#"{"a":1,"a":5.0,"b":5.5,"c":1e999,"d":9223372036854775808}"#)
    #expect(value["a"]?.int == 5)
    #expect(value["b"]?.int == nil)
    #expect(value["c"]?.int == nil)
    #expect(value["d"] == .number("9223372036854775808"))
    #expect(value["e"] == nil)
  }
}
