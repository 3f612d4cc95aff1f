import Testing
import Text

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

  @Test(
    "contains finds a text wherever it stands",
    arguments: [
      ("abc", "abc", true), ("xxabc", "abc", true), ("abcxx", "abc", true), ("aabaabc", "aabc", true),
      ("ab", "abc", false),
      ("", "a", false), ("ababab", "abc", false), ("xab", "abc", false), ("c", "c", true),
    ])
  func contains(text: String, part: String, isIn: Bool) { #expect(text.utf8.span.contains(part.utf8.span) == isIn) }

  @Test("equalsIgnoringCase folds ASCII letters alone (RFC 9110 §5.1)")
  func folding() {
    #expect(same("", "") && same("ABC", "abc") && same("a-Z09", "a-z09"))
    #expect(!same("@", "`") && !same("[", "{") && !same("\u{D}", "-") && !same("\u{C1}", "a") && !same("ab", "abc"))
    #expect(!same("\u{E9}", "\u{C9}"))
  }

  @Test("folding is the same for every byte, wherever it stands")
  func foldingEverywhere() {
    let literals: [StaticString] = [
      "x", "x-fal-t", "x-fal-ta", "x-fal-tar", "x-fal-target-ur", "x-fal-target-url", "x-fal-queue-priority",
    ]
    for literal in literals {
      let lower = bytes("\(literal)")
      for position in lower.indices {
        for byte in UInt8.min...UInt8.max {
          var text = lower
          text[position] = byte
          let isSame = byte.asciiLowercased == lower[position]
          let longer = text + [0x41]
          let found = [
            text.span.equalsIgnoringCase(literal), text.span.hasPrefixIgnoringCase(literal),
            longer.span.hasPrefixIgnoringCase(literal),
          ]
          if found != [isSame, isSame, isSame] { Issue.record("byte \(byte) at \(position) of \(literal): \(found)") }
        }
      }
    }
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

  @Test("spans of any length are the same only if every byte is")
  func lengths() {
    for length in 0...20 {
      let one = [UInt8](repeating: 0x61, count: length)
      let isSame = one.span.equals(Array(one).span)
      #expect(isSame)
      for position in 0..<length {
        var other = one
        other[position] = 0x62
        if one.span.equals(other.span) { Issue.record("\(length) bytes, another at \(position)") }
      }
    }
  }

  @Test("asciiLowercased changes the 26 upper-case letters and nothing else")
  func lowercase() {
    for byte in UInt8.min...UInt8.max {
      let expected = (0x41...0x5A).contains(byte) ? byte + 32 : byte
      #expect(byte.asciiLowercased == expected)
    }
  }

  @Test("hasBytes and firstIndex stay within their bounds")
  func searching() {
    let text = bytes("/a/b")
    let (slash, b) = (UInt8(ascii: "/"), bytes("b"))
    let found = [
      text.span.firstIndex(of: slash, from: 0, limit: 4), text.span.firstIndex(of: slash, from: 1, limit: 4),
      text.span.firstIndex(of: slash, from: 1, limit: 2), text.span.firstIndex(of: slash, from: 4, limit: 4),
    ]
    #expect(found == [0, 2, 2, 4])
    let standing = (-2...6).filter { text.span.hasBytes(b, at: $0) }
    let nothing = (-2...6).filter { text.span.hasBytes([], at: $0) }
    #expect(standing == [3] && nothing == [0, 1, 2, 3, 4])
  }

  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
}
