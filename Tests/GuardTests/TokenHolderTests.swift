import Digest
import Testing

@testable import Guard

@Suite("Tokens: who holds one")
struct TokenListTests {
  private static func key(_ byte: UInt8 = 1) -> CallerSecrets { CallerSecrets([[UInt8](repeating: byte, count: 32)]) }

  private static func list(_ tokens: [String], _ lines: [TokenLine] = [], key: CallerSecrets = key()) -> TokenList {
    TokenList(tokens: tokens.map { Array($0.utf8) }, lines: lines, secrets: key)
  }

  private static func line(_ name: String, _ token: String) -> TokenLine {
    TokenLine(name: name, group: nil, digest: SHA256.digest(Array(token.utf8).span))
  }

  private static func label(_ list: TokenList, _ token: String) -> String? {
    list.holder(of: Array(token.utf8).span).map { String(decoding: $0.label, as: UTF8.self) }
  }

  private static func identity(_ list: TokenList, _ token: String) -> Identity? {
    list.holder(of: Array(token.utf8).span)?.caller.identity
  }

  @Test(
    "only the token itself is found",
    arguments: ["", "secre", "secrets", "secretsecret", "SECRET", "secret ", " secret", "other,secret", "s\u{0}"])
  func others(token: String) {
    let list = Self.list(["other", "secret", ""], [Self.line("alice", "token-of-alice")])
    #expect(Self.label(list, token) == nil)
    #expect(Self.label(list, "secret") != nil && Self.label(list, "token-of-alice") == "alice")
    #expect(list.count == 3)
  }

  @Test("an empty configured token is no token")
  func empty() {
    #expect(Self.list([""]).count == 0 && Self.label(Self.list([""]), "") == nil)
  }

  @Test("an identity is that of the name, or of the token, under the key")
  func identities() {
    let one = Self.list(["secret"], [Self.line("alice", "first")])
    let another = Self.list([], [Self.line("alice", "second")])
    // Whoever gets a new token stays who they were.
    #expect(Self.identity(one, "first") == Self.identity(another, "second"))
    #expect(Self.identity(one, "secret") != Self.identity(one, "first"))
    let elsewhere = Self.list(["secret"], [Self.line("alice", "first")], key: Self.key(2))
    #expect(Self.identity(one, "first") != Self.identity(elsewhere, "first"))
    #expect(Self.identity(one, "secret") != Self.identity(elsewhere, "secret"))
    #expect(Self.label(one, "secret").map { $0.count == 16 && $0.allSatisfy(\.isHexDigit) } == true)
  }

  @Test("a line with a name wins over the same token without one")
  func namedWins() {
    #expect(Self.label(Self.list(["first"], [Self.line("alice", "first")]), "first") == "alice")
  }

  @Test("each of ten thousand is found")
  func many() {
    let list = Self.list([], (0..<10_000).map { Self.line("n\($0)", "token \($0)") })
    #expect((0..<10_000).allSatisfy { Self.label(list, "token \($0)") == "n\($0)" })
  }

  @Test("prints no token")
  func redaction() {
    let list = Self.list(["secret"])
    var dumped = ""
    dump(list, to: &dumped)
    for text in ["\(list)", String(reflecting: list), dumped] {
      #expect(!text.contains("secret") && !text.contains("115"))
    }
  }

  @Test(
    "a value of Authorization holds a token behind Bearer and Key, in any case (RFC 9110 §11.1)",
    arguments: [
      ("Bearer secret", "secret"), ("bearer secret", "secret"), ("BEARER   secret", "secret"), ("Key secret", "secret"),
      ("key  secret", "secret"), ("Bearer ", ""), ("Bearer a b", "a b"), ("Bearer", nil), ("Bearersecret", nil),
      ("Basic secret", nil), ("secret", nil), ("", nil), ("Bearer\tsecret", nil), ("Keys secret", nil),
    ])
  func authorization(value: String, token: String?) {
    let bytes = Array(value.utf8)
    let range = Credential.token(inAuthorization: bytes.span)
    #expect(range.map { String(decoding: bytes[$0], as: UTF8.self) } == token)
  }
}

@Suite("The file of tokens")
struct TokenLinesTests {
  private static let hash = String(repeating: "0a", count: 32)
  private static let other = String(repeating: "B", count: 64)

  private func read(_ text: String) -> TokenLines { TokenLines(Array(text.utf8).span) }

  @Test("lines, comments, blank lines, CRLF, groups or none, hashes of either case, with or without a last newline")
  func good() {
    let file = read("# who\r\n\n  \t\nalice::\(Self.hash)\r\nbob@x.example:paid:\(Self.other)")
    #expect(file.faults.isEmpty && file.lines.map(\.name) == ["alice", "bob@x.example"])
    #expect(file.lines.map(\.group) == [nil, "paid"] && file.lines[0].text == "alice::\(Self.hash)")
    #expect(file.lines[1].text == "bob@x.example:paid:\(Self.other.lowercased())")
    #expect(read("").lines.isEmpty && read("").faults.isEmpty)
  }

  @Test("every fault has its line and repeats nothing of it")
  func faults() {
    let long = String(repeating: "n", count: 65)
    let file = read(
      """
      secret-of-somebody
      alice:\(Self.hash)
      ali ce::\(Self.hash)
      :g:\(Self.hash)
      \(long)::\(Self.hash)
      bob:a b:\(Self.hash)
      bob::secret-of-somebody
      bob::\(Self.hash)0
      bob:::\(Self.hash)
      carol::\(Self.hash)
      carol::\(Self.other)
      dave::\(Self.hash)
      """)
    #expect(file.faults.map(\.line) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12] && file.lines.map(\.name) == ["carol"])
    #expect(file.faults[9].message.contains("line 10 already") && file.faults[10].message.contains("line 10 already"))
    for fault in file.faults { #expect(!fault.message.contains("secret-of") && !fault.message.contains(Self.hash)) }
    #expect(read(String(repeating: "x\n", count: 100_000)).faults.count == 20)
  }

  @Test("what is minted is taken in")
  func minted() {
    let (token, line) = TokenLine.mint(name: "alice", group: "paid", random: [UInt8](repeating: 7, count: 32))
    #expect(token == "fpx_" + "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc")
    let file = read(line.text)
    let list = TokenList(tokens: [], lines: file.lines, secrets: CallerSecrets([[1]]))
    #expect(list.holder(of: Array(token.utf8).span)?.label == Array("alice".utf8) && !line.text.contains(token))
  }
}
