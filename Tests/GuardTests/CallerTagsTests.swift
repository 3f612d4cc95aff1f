import Testing

@testable import Guard

@Suite("What fal's bill says of a caller")
struct CallerTagsTests {
  private func text(_ tags: CallerTags, _ caller: Caller) -> String {
    String(decoding: tags.value(for: caller), as: UTF8.self)
  }

  @Test("a hash of the caller, the same as long as the secret is, and the group")
  func values() throws {
    let tags = CallerTags(CallerSecrets([[1]]), groups: ["paying", "trial"])
    let (one, other) = (Caller(Identity(7)), Caller(Identity(8)))
    let plain = text(tags, one)
    #expect(plain.wholeMatch(of: /user=[0-9a-f]{32}/) != nil)
    #expect(plain == text(tags, one) && plain != text(tags, other))
    #expect(text(tags, Caller(Identity(7), group: 1)) == plain + ",group=trial")
    // Another secret, another hash; a secret behind the first changes nothing.
    #expect(text(CallerTags(CallerSecrets([[2]]), groups: []), one) != plain)
    #expect(text(CallerTags(CallerSecrets([[1], [2]]), groups: []), one) == plain)
  }

  @Test("neither the identity nor the secret is told")
  func secrets() {
    let tags = CallerTags(CallerSecrets([[1]]), groups: [])
    #expect(!text(tags, Caller(Identity(0xABCD_EF01_2345))).contains("abcdef012345"))
    #expect(Mirror(reflecting: tags).children.isEmpty)
  }
}
