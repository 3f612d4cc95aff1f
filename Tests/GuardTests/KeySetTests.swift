import Digest
import Testing
import Text

@testable import Guard

@Suite struct KeySetTests {
  static func bytes(_ text: some StringProtocol) -> [UInt8] { Base64.canonicalURLBytes(Array(text.utf8).span) ?? [] }

  /// The key of a vector; a secret is no part of a set.
  static func key(_ vector: SignedVector) throws -> VerificationKey {
    let jwk = try JSONParser.parse(Array(vector.jwk.utf8))
    if let secret = jwk["k"]?.text { return try #require(VerificationKey(secret: bytes(secret))) }
    return try #require(KeySet(Array("{\"keys\":[\(vector.jwk)]}".utf8)).entries.first).key
  }

  static func parts(_ vector: SignedVector) -> (signed: [UInt8], signature: [UInt8]) {
    let end = vector.compact.lastIndex(of: ".")!
    return (Array(vector.compact[..<end].utf8), bytes(vector.compact[vector.compact.index(after: end)...]))
  }

  @Test("verifies what the RFCs sign, by the algorithm that signed it and no other", arguments: SignedVector.all)
  func vectors(vector: SignedVector) throws {
    let key = try Self.key(vector)
    let (signed, signature) = Self.parts(vector)
    for algorithm in SignatureAlgorithm.allCases {
      #expect(
        key.takes(signature, of: signed, by: algorithm) == (algorithm == vector.algorithm), "\(algorithm)")
    }
  }

  @Test(
    "takes no signature that is changed, cut, longer or empty, and none of another text", arguments: SignedVector.all)
  func changed(vector: SignedVector) throws {
    let key = try Self.key(vector)
    let (signed, signature) = Self.parts(vector)
    for index in stride(from: 0, to: signature.count, by: 7) {
      var other = signature
      other[index] ^= 1
      #expect(!key.takes(other, of: signed, by: vector.algorithm))
    }
    for other in [[], Array(signature.dropLast()), signature + [0], [0] + signature] {
      #expect(!key.takes(other, of: signed, by: vector.algorithm))
    }
    #expect(!key.takes(signature, of: signed + [0], by: vector.algorithm))
  }

  @Test("takes no signature of zeros, which every key would take where nobody looks, and none in DER")
  func zerosAndDER() throws {
    for vector in SignedVector.all where ["ES256", "ES512"].contains(vector.algorithm.rawValue) {
      let key = try Self.key(vector)
      let (signed, signature) = Self.parts(vector)
      let size = signature.count / 2
      let zero = [UInt8](repeating: 0, count: size)
      let (r, s) = (Array(signature[..<size]), Array(signature[size...]))
      for other in [zero + zero, r + zero, zero + s, [UInt8](repeating: 255, count: 2 * size)] {
        #expect(!key.takes(other, of: signed, by: vector.algorithm))
      }
      func integer(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array(bytes.drop { $0 == 0 })
        let content = digits[0] > 127 ? [0] + digits : digits
        return [2, UInt8(content.count)] + content
      }
      let content = integer(r) + integer(s)
      let length = content.count > 127 ? [0x81, UInt8(content.count)] : [UInt8(content.count)]
      #expect(!key.takes([0x30] + length + content, of: signed, by: vector.algorithm))
    }
  }

  static let ec = SignedVector.all[1].jwk
  static let rsa = SignedVector.all[3].jwk
  static let ed = SignedVector.all[7].jwk

  @Test(
    "leaves out keys that cannot verify here, and says why",
    arguments: [
      (#"{"kty":"oct","k":"AAAA"}"#, "is a secret"), (#"{"k":"AAAA"}"#, "has no kty"),
      (#"{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}"#, "of a kind"),
      (#"{"kty":"OKP","crv":"Ed448","x":"AA"}"#, "of a kind"), (#"{"kty":"OKP","crv":"X25519","x":"AA"}"#, "of a kind"),
      (#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, "fewer than 2048 bits"),
      (#"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#, "cannot be read"),
      // Another length, a point that is not on the curve, a digit too many.
      (#"{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}"#, "cannot be read"),
      (
        #"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","#
          + #""y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a1"}"#, "cannot be read"
      ),
      (ec.replacing("}", with: #","use":"enc"}"#), "not for signatures"),
      (ec.replacing("}", with: #","d":"AA"}"#), "a private one"),
      (ec.replacing("}", with: #","alg":"RS256"}"#), "another algorithm"),
      (ec.replacing("}", with: #","key_ops":["sign"]}"#), "not for verifying"),
      (ec.replacing("}", with: #","kid":5}"#), "no text"),
    ])
  func skipped(jwk: String, reason: String) throws {
    let set = try KeySet(Array("{\"keys\":[\(jwk),\(Self.ed)]}".utf8))
    #expect(set.entries.count == 1 && set.skipped.count == 1)
    #expect(set.skipped[0].hasPrefix("key 1 ") && set.skipped[0].contains(reason), "\(set.skipped)")
    #expect(throws: KeySet.Fault.self) { try KeySet(Array("{\"keys\":[\(jwk)]}".utf8)) }
  }

  @Test(
    "is no set of keys",
    arguments: ["", "{}", "[]", "nonsense", #"{"keys":[]}"#, #"{"keys":{}}"#, #"{"keys":[],"keys":[]}"#])
  func none(text: String) { #expect(throws: KeySet.Fault.self) { try KeySet(Array(text.utf8)) } }

  @Test("finds the key that a token names, else those without an id")
  func selection() throws {
    let named = Self.ec.replacing("}", with: #","kid":"one"}"#)
    let set = try KeySet(
      Array("{\"keys\":[\(named),\(Self.rsa),\(Self.ed.replacing("}", with: #","kid":"two"}"#))]}".utf8))
    #expect(set.algorithms == [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512, .es256, .edDSA])
    #expect(set.keys(id: "one", for: .es256).count == 1)
    #expect(set.keys(id: nil, for: .es256).count == 1)
    #expect(set.keys(id: "two", for: .es256).isEmpty)
    #expect(set.keys(id: "other", for: .rs256).count == 1)
    #expect(set.keys(id: "one", for: .hs256).isEmpty)
    let many = try KeySet(Array("{\"keys\":[\(Array(repeating: Self.ed, count: 5).joined(separator: ","))]}".utf8))
    #expect(many.keys(id: nil, for: .edDSA).isEmpty)
    let crowd = "{\"keys\":[\(Array(repeating: Self.ed, count: 65).joined(separator: ","))]}"
    #expect(throws: KeySet.Fault.self) { try KeySet(Array(crowd.utf8)) }
  }

  @Test("reads public keys in PEM, and names what stands in their place")
  func pem() throws {
    let block = """
      -----BEGIN PUBLIC KEY-----
      MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
      -----END PUBLIC KEY-----

      """
    let set = try KeySet(Array((block + "\n" + block).utf8))
    #expect(set.entries.count == 2 && set.algorithms == [.edDSA] && !set.isSecret)
    for (label, reason) in [
      ("PRIVATE KEY", "is a private one"), ("RSA PRIVATE KEY", "is a private one"), ("CERTIFICATE", "is a certificate"),
      ("OTHER", "cannot be read"),
    ] {
      let text = Array(block.replacing("PUBLIC KEY", with: label).utf8)
      let fault = #expect(throws: KeySet.Fault.self) { try KeySet(text) }
      #expect(fault?.message.contains(reason) == true, "\(label)")
    }
  }

  @Test("takes a secret as long as its algorithm asks for, without the end of its line")
  func secrets() throws {
    for (count, algorithms) in [
      (32, [SignatureAlgorithm.hs256]), (48, [.hs256, .hs384]), (64, [.hs256, .hs384, .hs512]),
    ] {
      let set = try KeySet(secret: [UInt8](repeating: 65, count: count) + [13, 10])
      #expect(set.isSecret && set.algorithms == algorithms)
    }
    #expect(throws: KeySet.Fault.self) { try KeySet(secret: [UInt8](repeating: 65, count: 31) + [10]) }
    #expect(throws: KeySet.Fault.self) { try KeySet(secret: []) }
  }
}

extension VerificationKey {
  func takes(_ signature: [UInt8], of message: [UInt8], by algorithm: SignatureAlgorithm) -> Bool {
    verifies(signature, of: message.span, by: algorithm)
  }
}
