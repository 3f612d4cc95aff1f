import HTTPWire
import Testing

@Suite("Comparisons on bytes")
struct SpanBytesTests {
  private func equals(_ left: String, _ right: StaticString) -> Bool { bytes(left).span.equals(right) }
  private func same(_ left: String, _ right: StaticString) -> Bool { bytes(left).span.equalsIgnoringCase(right) }
  private func begins(_ left: String, _ right: StaticString) -> Bool { bytes(left).span.hasPrefixIgnoringCase(right) }

  @Test("equals compares every byte and the length")
  func exact() {
    #expect(equals("", "") && equals("abc", "abc"))
    #expect(!equals("abc", "abd") && !equals("abc", "Abc") && !equals("ab", "abc") && !equals("abcd", "abc"))
  }

  @Test("equalsIgnoringCase folds ASCII letters alone (RFC 9110 §5.1)")
  func folding() {
    #expect(same("", "") && same("ABC", "abc") && same("a-Z09", "a-z09"))
    #expect(!same("@", "`") && !same("[", "{") && !same("\u{D}", "-") && !same("\u{C1}", "a") && !same("ab", "abc"))
    #expect(!same("\u{E9}", "\u{C9}"))
  }

  @Test("hasPrefixIgnoringCase needs the whole prefix")
  func prefix() {
    #expect(begins("HTTP://x", "http://") && begins("x", "") && begins("", "") && begins("abc", "abc"))
    #expect(!begins("http:/", "http://") && !begins("", "a") && !begins("xhttp://", "http://"))
  }

  @Test("spans compare with spans")
  func spans() {
    let (lower, upper, other, nothing) = (bytes("abc-1"), bytes("ABC-1"), bytes("abc-2"), [UInt8]())
    let exact = lower.span.equals(lower.span) && nothing.span.equals(nothing.span)
    let folded = lower.span.equalsIgnoringCase(of: upper.span)
    let wrong = [
      lower.span.equals(upper.span), lower.span.equalsIgnoringCase(of: other.span),
      lower.span.equals(lower.span.extracting(0..<4)), lower.span.equalsIgnoringCase(of: upper.span.extracting(0..<4)),
    ]
    #expect(exact && folded && !wrong.contains(true))
  }

  @Test("asciiLowercased changes the 26 upper-case letters and nothing else")
  func lowercase() {
    for byte in UInt8.min...UInt8.max {
      let expected = (0x41...0x5A).contains(byte) ? byte + 32 : byte
      #expect(byte.asciiLowercased == expected)
    }
  }

  @Test(
    "forEachToken gives the members of a list without whitespace and empty members (RFC 9110 §5.6.1)",
    arguments: [
      ("", []), (",", []), (" , ,\t", []), ("a", ["a"]), ("a,b", ["a", "b"]), (" a , b\t,c d ", ["a", "b", "c d"]),
      (",a,,b,", ["a", "b"]), ("\"a,b\"", ["\"a", "b\""]),
    ] as [(String, [String])])
  func tokens(list: String, members: [String]) {
    var seen: [String] = []
    FieldSection.forEachToken(in: bytes(list).span) { token in
      var member: [UInt8] = []
      for index in 0..<token.count { member.append(token[index]) }
      seen.append(text(member))
    }
    #expect(seen == members)
  }
}
