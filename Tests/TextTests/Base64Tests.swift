import Testing
import Text

@Suite("Base64")
struct Base64Tests {
  @Test("encodes Base64 in both alphabets (RFC 4648 §10) and reads the standard one")
  func alphabets() {
    let table = ["": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE="]
    for (plain, text) in table {
      #expect(Base64.text(Array(plain.utf8)) == text)
      #expect(Base64.bytes(text[...]) == Array(plain.utf8))
      #expect(Base64.bytes(text[...].prefix { $0 != "=" }) == Array(plain.utf8))
    }
    #expect(Base64.text([0xFB, 0xFF]) == "+/8=")
    #expect(Base64.urlText([0xFB, 0xFF]) == "-_8")
    for text in ["Zm9v*mFy", "Zm9vY", "Zg===", "=", "Zm9v Zm9v", "Zm9v_-", "Zm9vé"] {
      #expect(Base64.bytes(text[...]) == nil)
    }
  }

  static func canonical(_ text: String) -> [UInt8]? { Base64.canonicalURLBytes(Array(text.utf8).span) }

  @Test("reads the one unpadded text that bytes have in the alphabet for URLs, and no other")
  func canonical() {
    for (plain, text) in ["": "", "f": "Zg", "fo": "Zm8", "foo": "Zm9v", "fooba": "Zm9vYmE"] {
      #expect(Self.canonical(text) == Array(plain.utf8))
    }
    #expect(Self.canonical("-_8") == [0xFB, 0xFF])
    for text in ["Zh", "Zm9", "Zg==", "Z", "Zm9vY", "+_8", "-/8", "Zg\n", " Zg", "Zm9v."] {
      #expect(Self.canonical(text) == nil, "\(text)")
    }
  }
}
