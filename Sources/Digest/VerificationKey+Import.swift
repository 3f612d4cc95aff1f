internal import COpenSSL

/// Why something is no key that signatures can be verified with; nothing of it is repeated.
public enum KeyImportError: Error, Equatable, Sendable {
  /// It cannot be read as a key.
  case malformed
  /// RSA with fewer than 2048 bits (RFC 7518 §3.3), or more than 8192.
  case size
  /// A kind or curve that no algorithm here has.
  case kind
  /// The half that signs.
  case isPrivate
  /// A certificate in place of the key in it.
  case isCertificate

  /// What is wrong and its cure, behind "the key".
  public var problem: String {
    switch self {
    case .malformed: "cannot be read; write a public key in PEM (BEGIN PUBLIC KEY) or a JWK set"
    case .size: "has fewer than 2048 bits, or more than 8192; make the issuer sign with one of 2048 to 8192"
    case .kind: "is of a kind that no algorithm here has; use RSA, P-256, P-384, P-521 or Ed25519"
    case .isPrivate: "is a private one, which only the issuer may have; make the public one of it: openssl pkey -pubout"
    case .isCertificate: "is a certificate; take the public key out of it: openssl x509 -pubkey -noout"
    }
  }
}

extension VerificationKey {
  /// Curves of RFC 7518 §6.2.1.1.
  public enum Curve: String, Sendable {
    case p256 = "P-256"
    case p384 = "P-384"
    case p521 = "P-521"
  }

  /// An RSA key of modulus and exponent, most significant byte first (RFC 7518 §6.3.1).
  public static func rsa(modulus: [UInt8], exponent: [UInt8]) throws(KeyImportError) -> VerificationKey {
    // A number with a zero in front is no Base64urlUInt.
    guard modulus.first ?? 0 != 0, exponent.first ?? 0 != 0, exponent.count <= 8 else { throw .malformed }
    guard (256...1024).contains(modulus.count) else { throw .size }
    return try made("RSA", [.number("n", modulus), .number("e", exponent)])
  }

  /// A point of a curve (RFC 7518 §6.2.1): both coordinates are as long as the curve's field.
  public static func ec(_ curve: Curve, x: [UInt8], y: [UInt8]) throws(KeyImportError) -> VerificationKey {
    let size = curve == .p256 ? 32 : curve == .p384 ? 48 : 66
    guard x.count == size, y.count == size else { throw .malformed }
    return try made("EC", [.text("group", Array(curve.rawValue.utf8)), .bytes("pub", [4] + x + y)])
  }

  /// A public key of Ed25519 (RFC 8037 §2).
  public static func ed25519(_ x: [UInt8]) throws(KeyImportError) -> VerificationKey {
    guard x.count == 32, let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, x, x.count) else {
      throw .malformed
    }
    return try checked(key)
  }

  /// The public key that a block of PEM holds.
  public static func pem(_ text: [UInt8]) throws(KeyImportError) -> VerificationKey {
    let label = String(decoding: text.prefix(64), as: UTF8.self)
    guard !label.contains("PRIVATE KEY") else { throw .isPrivate }
    guard !label.contains("CERTIFICATE") else { throw .isCertificate }
    guard let memory = BIO_new_mem_buf(text, Int32(text.count)) else { throw .malformed }
    defer { BIO_free(memory) }
    guard let key = PEM_read_bio_PUBKEY(memory, nil, nil, nil) else {
      ERR_clear_error()
      throw .malformed
    }
    return try checked(key)
  }

  private static func made(_ type: String, _ values: [Parameter]) throws(KeyImportError) -> VerificationKey {
    let names = values.map { strdup($0.name) }
    let buffers = values.map { value in
      let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: value.content.count + 1)
      buffer.initialize(from: value.content + [0], count: value.content.count + 1)
      return buffer
    }
    defer {
      for name in names { free(name) }
      for buffer in buffers { buffer.deallocate() }
    }
    var parameters = values.indices.map { index in
      let (name, buffer, count) = (names[index], buffers[index], values[index].content.count)
      return switch values[index] {
      case .number: OSSL_PARAM_construct_BN(name, buffer, count)
      case .text:
        buffer.withMemoryRebound(to: CChar.self, capacity: count) { OSSL_PARAM_construct_utf8_string(name, $0, 0) }
      case .bytes: OSSL_PARAM_construct_octet_string(name, buffer, count)
      }
    }
    parameters.append(OSSL_PARAM_construct_end())
    guard let key = shim_EVP_PKEY_public(type, &parameters) else {
      ERR_clear_error()
      throw .malformed
    }
    return try checked(key)
  }

  /// Takes `key` over, or frees it.
  private static func checked(_ key: OpaquePointer) throws(KeyImportError) -> VerificationKey {
    do throws(KeyImportError) {
      return VerificationKey(kind: try kind(of: key), key: key)
    } catch {
      EVP_PKEY_free(key)
      ERR_clear_error()
      throw error
    }
  }

  private static func kind(of key: OpaquePointer) throws(KeyImportError) -> Kind {
    switch EVP_PKEY_get_base_id(key) {
    case EVP_PKEY_RSA:
      guard (2048...8192).contains(EVP_PKEY_get_bits(key)) else { throw .size }
      guard isSound(key) else { throw .malformed }
      return .rsa
    case EVP_PKEY_EC:
      guard isSound(key) else { throw .malformed }
      var name = [CChar](repeating: 0, count: 32)
      var count = 0
      guard EVP_PKEY_get_group_name(key, &name, name.count, &count) == 1 else { throw .kind }
      switch String(decoding: name[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) {
      case "prime256v1", "P-256": return .p256
      case "secp384r1", "P-384": return .p384
      case "secp521r1", "P-521": return .p521
      default: throw .kind
      }
    case EVP_PKEY_ED25519: return .ed25519
    default: throw .kind
    }
  }

  /// Whether the numbers make a key: a point on its curve, a modulus that is odd and has no small factor.
  private static func isSound(_ key: OpaquePointer) -> Bool {
    guard let context = EVP_PKEY_CTX_new(key, nil) else { return false }
    defer { EVP_PKEY_CTX_free(context) }
    return EVP_PKEY_public_check(context) == 1
  }

  /// What OpenSSL makes a key of.
  private enum Parameter {
    case number(String, [UInt8])
    case text(String, [UInt8])
    case bytes(String, [UInt8])

    var name: String {
      switch self {
      case .number(let name, _), .text(let name, _), .bytes(let name, _): name
      }
    }

    /// Its bytes; those of a number begin with the least significant, as this machine has them.
    var content: [UInt8] {
      switch self {
      case .number(_, let bytes): bytes.reversed()
      case .text(_, let bytes), .bytes(_, let bytes): bytes
      }
    }
  }
}
