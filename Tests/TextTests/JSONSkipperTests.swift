import Testing
import Text

@Suite("Skipping JSON")
struct JSONSkipperTests {
  private func accepts(_ text: [UInt8]) -> Bool { (try? JSONSkipper.check(text.span)) != nil }

  /// The text of the member, where there is one.
  private func member(_ name: String, of text: String) throws -> String? {
    let bytes = Array(text.utf8)
    return try JSONSkipper.member(name, in: bytes.span).map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  @Test("accepts what the parser accepts", arguments: JSONParserTests.compact)
  func accepted(text: String) { #expect(accepts(Array(text.utf8))) }

  @Test("refuses what the parser refuses, in the same words", arguments: JSONParserTests.hostile)
  func refused(text: String) {
    let bytes = Array(text.utf8)
    var (skipped, parsed): (JSONError?, JSONError?)
    do throws(JSONError) { try JSONSkipper.check(bytes.span) } catch { skipped = error }
    do throws(JSONError) { _ = try JSONParser.parse(bytes) } catch { parsed = error }
    #expect(skipped == parsed && parsed != nil)
  }

  @Test("refuses malformed UTF-8", arguments: JSONParserTests.malformed)
  func malformed(bytes: [UInt8]) { #expect(!accepts([0x22] + bytes + [0x22])) }

  @Test("holds to depth and size")
  func limits() throws {
    let nested = Array(String(repeating: "[", count: 5).utf8) + Array(String(repeating: "]", count: 5).utf8)
    try JSONSkipper.check(nested.span, JSONLimits(depth: 5, bytes: 10))
    #expect(throws: JSONError(offset: 4, reason: "Nested too deeply")) {
      try JSONSkipper.check(nested.span, JSONLimits(depth: 4))
    }
    #expect(throws: JSONError(offset: 9, reason: "Too long")) {
      try JSONSkipper.check(nested.span, JSONLimits(bytes: 9))
    }
  }

  @Test(
    "finds a member of the outermost object",
    arguments: [
      (#"{"a":1,"b":2}"#, "b", "2"), (#"{ "a" : "x y" , "b":2}"#, "a", #""x y""#), (#"{"a":{"b":1},"c":3}"#, "b", nil),
      (#"{"a": {"b" : [ 1 ]} ,"c":3}"#, "a", #"{"b" : [ 1 ]}"#), (#"{"\u0061":null}"#, "a", "null"),
      (#"{"a\"b":true}"#, #"a"b"#, "true"), (#"{"":0}"#, "", "0"), ("{}", "a", nil), ("[1]", "a", nil), ("1", "a", nil),
      (#"[{"a":1}]"#, "a", nil), (#"{"ab":1,"a":18446744073709551615}"#, "a", "18446744073709551615"),
      (#"{"b":1,"b":2,"a":3}"#, "a", "3"), ("{\"\u{E9}\":1}", "e\u{301}", nil), ("{\"\u{E9}\":1}", "\u{E9}", "1"),
    ] as [(String, String, String?)])
  func members(text: String, name: String, value: String?) throws {
    let found = try member(name, of: text)
    #expect(found == value)
  }

  @Test(
    "refuses a text that has the member twice, or is faulty anywhere",
    arguments: [
      #"{"a":1,"a":1}"#, #"{"a":1,"\u0061":2}"#, #"{"a":1,"b":2,"a":3,"a":4}"#, #"{"a":1,}"#, #"{"a":1"#, #"{"a":1}x"#,
      #"{"a":1,"b":[}"#, "", "{\"a\":1,\"b\":\"\u{1}\"}",
    ])
  func faulty(text: String) {
    #expect(throws: JSONError.self) { try member("a", of: text) }
  }
}
