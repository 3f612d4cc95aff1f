import HTTPWire
import Testing

@Suite("Lists of tokens")
struct TokenListTests {
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
