import Testing

@testable import Digest

@Suite struct DigestTests {
  private func hex(_ digest: Digest256) -> String {
    (0..<32).map { index in
      let text = String(digest.bytes[index], radix: 16)
      return text.count == 1 ? "0" + text : text
    }.joined()
  }

  private func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
  }

  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func hashes(message: String, digest: String) { #expect(hex(SHA256.digest(message.utf8.span)) == digest) }

  /// RFC 4231 §4.2, §4.3 and §4.7.
  @Test(arguments: [
    (
      String(repeating: "0b", count: 20), "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      "4a656665", "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      String(repeating: "aa", count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
  ])
  func authenticates(key: String, message: String, code: String) {
    let mac = HMACSHA256(key: bytes(key).span)
    #expect(hex(mac.code(message.utf8.span)) == code)
    // In pieces.
    #expect(hex(mac.code { digest in for byte in message.utf8 { digest.append([byte].span) } }) == code)
  }

  /// RFC 5869 §A.3: no salt, no info but our label; here against the two steps by hand.
  @Test func keysOfTwoPurposesDiffer() {
    let secret = [UInt8](repeating: 0x0B, count: 22)
    let extracted = HMACSHA256(key: [UInt8](repeating: 0, count: 32).span).code(secret.span)
    #expect(hex(extracted) == "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04")
    #expect(HKDF.key(from: secret.span, for: "one") != HKDF.key(from: secret.span, for: "two"))
    // With an empty label the first block of the RFC's output.
    #expect(
      hex(HKDF.key(from: secret.span, for: "")) == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d")
  }

  @Test func numbersAreEightBytes() {
    let mac = HMACSHA256(key: [1].span)
    #expect(mac.code { $0.append(UInt64(0x0102)) } == mac.code([0, 0, 0, 0, 0, 0, 1, 2].span))
    #expect(mac.code([0].span).leading != 0)
  }

  @Test func secretsStayInside() {
    let mac = HMACSHA256(key: Array("canary-key".utf8).span)
    #expect("\(mac)" == "HMACSHA256(<redacted>)")
    #expect(Mirror(reflecting: mac).children.isEmpty)
  }

  @Test func randomBytesDiffer() {
    #expect(RandomBytes.make(32)?.count == 32)
    #expect(RandomBytes.make(32) != RandomBytes.make(32))
  }
}
