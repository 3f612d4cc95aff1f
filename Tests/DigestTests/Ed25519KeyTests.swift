import Digest
import Testing

@Suite struct Ed25519KeyTests {
  static func bytes(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = text[...]
    while !rest.isEmpty {
      bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
      rest = rest.dropFirst(2)
    }
    return bytes
  }

  @Test(
    "signs as RFC 8032 §7.1 shows",
    arguments: [
      (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
          + "d25bf5f0595bbe24655141438e7a100b"
      ),
      (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
          + "387b2eaeb4302aeeb00d291612bb0c00"
      ),
    ])
  func vectors(seed: String, publicKey: String, message: String, signature: String) throws {
    let key = try #require(Ed25519Key(seed: Self.bytes(seed)))
    #expect(key.publicKey == Self.bytes(publicKey))
    #expect(key.signature(of: Self.bytes(message)) == Self.bytes(signature))
  }

  @Test("makes another key each time, of 32 bytes only, and shows none")
  func keys() throws {
    let (one, other) = (try #require(Ed25519Key()), try #require(Ed25519Key()))
    #expect(one.publicKey.count == 32 && one.publicKey != other.publicKey)
    #expect(Ed25519Key(seed: []) == nil && Ed25519Key(seed: [UInt8](repeating: 1, count: 33)) == nil)
    #expect("\(one)" == "Ed25519Key(<redacted>)" && Mirror(reflecting: one).children.isEmpty)
  }
}
