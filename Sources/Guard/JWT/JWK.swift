internal import Digest
internal import Text

/// A key of a JWK set (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2).
enum JWK {
  /// Why it is left out, behind "key 1".
  struct Fault: Error {
    let message: String
  }

  /// Members of the half that signs.
  private static let privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth"]

  static func entry(_ jwk: JSONValue) throws(Fault) -> KeySet.Entry {
    guard let type = jwk["kty"]?.text else { throw Fault(message: "has no kty") }
    if let use = jwk["use"], use.text != "sig" { throw Fault(message: "is not for signatures (use)") }
    if let operations = jwk["key_ops"]?.elements, !operations.contains("verify") {
      throw Fault(message: "is not for verifying (key_ops)")
    }
    guard type != "oct" else {
      throw Fault(message: "is a secret, which belongs in a file of its own; name that with secret_file")
    }
    guard !privateMembers.contains(where: { jwk[$0] != nil }) else {
      throw Fault(message: KeyImportError.isPrivate.problem)
    }
    let key: VerificationKey
    do throws(KeyImportError) {
      key = try self.key(jwk, type)
    } catch {
      throw Fault(message: error.problem)
    }
    var algorithms = key.algorithms
    if let stated = jwk["alg"] {
      algorithms = algorithms.filter { $0.rawValue == stated.text }
      guard !algorithms.isEmpty else { throw Fault(message: "is for another algorithm than its kind has (alg)") }
    }
    if let id = jwk["kid"], id.text == nil { throw Fault(message: "has a kid that is no text") }
    return KeySet.Entry(key: key, id: jwk["kid"]?.text, algorithms: algorithms)
  }

  private static func key(_ jwk: JSONValue, _ type: String) throws(KeyImportError) -> VerificationKey {
    switch type {
    case "RSA": return try .rsa(modulus: bytes(jwk["n"]), exponent: bytes(jwk["e"]))
    case "EC":
      guard let curve = jwk["crv"]?.text.flatMap(VerificationKey.Curve.init(rawValue:)) else { throw .kind }
      return try .ec(curve, x: bytes(jwk["x"]), y: bytes(jwk["y"]))
    case "OKP":
      guard jwk["crv"]?.text == "Ed25519" else { throw .kind }
      return try .ed25519(bytes(jwk["x"]))
    default: throw .kind
    }
  }

  private static func bytes(_ value: JSONValue?) throws(KeyImportError) -> [UInt8] {
    guard let text = value?.text, let bytes = Base64.canonicalURLBytes(Array(text.utf8).span), !bytes.isEmpty else {
      throw .malformed
    }
    return bytes
  }
}
