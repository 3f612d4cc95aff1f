import Testing
import Text

@Suite("UUIDs as text")
struct UUIDTextTests {
  private func number(_ text: String) -> UInt128? { UUIDText.value(text.utf8.span) }

  private func bytes(_ text: String) -> [UInt8]? { Base64.urlBytes(text.utf8.span) }

  @Test(
    "the one form goes both ways",
    arguments: [
      "764cabcf-b745-4b3e-ae38-1200304cf45b", "00000000-0000-0000-0000-000000000000",
      "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ])
  func roundTrip(text: String) throws {
    let value = try #require(number(text))
    #expect(UUIDText.bytes(value) == Array(text.utf8))
  }

  @Test(
    "every other form is none",
    arguments: [
      "", "764CABCF-B745-4B3E-AE38-1200304CF45B", "764cabcfb7454b3eae381200304cf45b",
      "764cabcf-b745-4b3e-ae38-1200304cf45",
      "764cabcf-b745-4b3e-ae38-1200304cf45g", "764cabcf_b745-4b3e-ae38-1200304cf45b",
      "764cabcf-b745-4b3e-ae3-81200304cf45b",
      "764cabcf-b745-4b3e-ae38-1200304cf45b-", "764cabcf-b745-4b3e-ae38-1200304cf4 b",
    ])
  func others(text: String) { #expect(number(text) == nil) }

  @Test("those that are generated have a version and a variant")
  func made() throws {
    for (text, isMade) in [
      ("764cabcf-b745-4b3e-ae38-1200304cf45b", true), ("0192f0c1-aaaa-7bbb-8ccc-ddddeeeeffff", true),
      ("764cabcf-b745-0b3e-ae38-1200304cf45b", false), ("764cabcf-b745-4b3e-ce38-1200304cf45b", false),
    ] {
      let value = try #require(number(text))
      #expect(UUIDText.isMade(value) == isMade)
    }
  }

  @Test("base64url goes both ways in whole groups, and has no other digit")
  func base64() {
    let bytes = [UInt8](0...254)
    var text: [UInt8] = []
    Base64.append(urlText: bytes.span, to: &text)
    #expect(String(decoding: text, as: UTF8.self) == Base64.urlText(bytes))
    #expect(self.bytes(String(decoding: text, as: UTF8.self)) == bytes)
    for wrong in ["AAA", "AA=A", "AA+A", "AA/A", "AA A", "AAAé"] { #expect(self.bytes(wrong) == nil) }
  }
}
