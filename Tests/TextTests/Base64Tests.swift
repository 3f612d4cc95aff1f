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
}
