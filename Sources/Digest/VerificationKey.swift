internal import COpenSSL

/// A key that verifies signatures, built once: the public half of a pair, or a secret.
public final class VerificationKey: Sendable, CustomStringConvertible, CustomReflectable {
  enum Kind: Equatable {
    case rsa
    case p256, p384, p521
    case ed25519
    case secret
  }

  let kind: Kind
  /// Nil for a secret.
  nonisolated(unsafe) private let key: OpaquePointer?
  private let secret: [UInt8]

  /// Takes `key` over.
  init(kind: Kind, key: OpaquePointer) {
    (self.kind, self.key, secret) = (kind, key, [])
  }

  /// A secret; nil where it has fewer than the 32 bytes that the least of the algorithms asks for (RFC 7518 §3.2).
  public init?(secret: [UInt8]) {
    guard secret.count >= 32 else { return nil }
    (kind, key, self.secret) = (.secret, nil, secret)
  }

  deinit { EVP_PKEY_free(key) }

  /// Whether it is a secret, not the public half of a pair.
  public var isSecret: Bool { kind == .secret }

  /// What it can verify: the algorithms of its kind, its curve, or the length of its secret (RFC 7518 §3.2–§3.5).
  public var algorithms: [SignatureAlgorithm] {
    switch kind {
    case .rsa: [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512]
    case .p256: [.es256]
    case .p384: [.es384]
    case .p521: [.es512]
    case .ed25519: [.edDSA]
    case .secret: secret.count >= 64 ? [.hs256, .hs384, .hs512] : secret.count >= 48 ? [.hs256, .hs384] : [.hs256]
    }
  }

  /// Whether `signature` is one of `message` by this key; false for an algorithm that is not its own.
  public func verifies(_ signature: [UInt8], of message: Span<UInt8>, by algorithm: SignatureAlgorithm) -> Bool {
    guard algorithms.contains(algorithm) else { return false }
    // What a refused signature leaves in OpenSSL's queue of errors would be taken for one of TLS.
    defer { ERR_clear_error() }
    switch kind {
    case .secret: return hasCode(signature, of: message, algorithm.digest)
    case .rsa: return verifies(signature, message, algorithm)
    case .ed25519: return signature.count == 64 && verifies(signature, message, algorithm)
    case .p256, .p384, .p521:
      guard let coded = ECDSASignature.coded(signature, size: kind.scalarSize) else { return false }
      return verifies(coded, message, algorithm)
    }
  }

  private func hasCode(_ code: [UInt8], of message: Span<UInt8>, _ digest: OpaquePointer?) -> Bool {
    var made = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    let isMade = message.withUnsafeBufferPointer {
      HMAC(digest, secret, Int32(secret.count), $0.baseAddress, $0.count, &made, &count) != nil
    }
    return isMade && code.count == Int(count) && CRYPTO_memcmp(made, code, code.count) == 0
  }

  private func verifies(_ signature: [UInt8], _ message: Span<UInt8>, _ algorithm: SignatureAlgorithm) -> Bool {
    guard let context = EVP_MD_CTX_new() else { return false }
    defer { EVP_MD_CTX_free(context) }
    var settings: OpaquePointer?
    guard EVP_DigestVerifyInit(context, &settings, algorithm.digest, nil, key) == 1 else { return false }
    if algorithm.isPSS {
      // The salt is as long as the digest (RFC 7518 §3.5); the mask's digest is the same, as by default.
      guard EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1,
        EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, shim_RSA_PSS_SALTLEN_DIGEST()) == 1
      else { return false }
    }
    return message.withUnsafeBufferPointer {
      EVP_DigestVerify(context, signature, signature.count, $0.baseAddress, $0.count) == 1
    }
  }

  /// Nothing of the key.
  public var description: String { "VerificationKey(<redacted>)" }

  /// No children, so that `dump` and debuggers' summaries print no secret.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension VerificationKey.Kind {
  /// The bytes of each half of a signature with this curve.
  var scalarSize: Int {
    switch self {
    case .p256: 32
    case .p384: 48
    case .p521: 66
    default: 0
    }
  }
}

/// Signatures with elliptic curves: JSON Web Tokens have the two numbers one behind the other (RFC 7518 §3.4), OpenSSL wants
/// them in DER.
private enum ECDSASignature {
  /// Nil where the length is another, as that of DER, or a number is zero: what every key would take for its own where a
  /// library forgets to look.
  static func coded(_ signature: [UInt8], size: Int) -> [UInt8]? {
    guard signature.count == 2 * size, signature[..<size].contains(where: { $0 != 0 }),
      signature[size...].contains(where: { $0 != 0 }), let numbers = ECDSA_SIG_new()
    else { return nil }
    defer { ECDSA_SIG_free(numbers) }
    let (r, s) = signature.withUnsafeBufferPointer {
      (BN_bin2bn($0.baseAddress, Int32(size), nil), BN_bin2bn($0.baseAddress! + size, Int32(size), nil))
    }
    guard ECDSA_SIG_set0(numbers, r, s) == 1 else {
      BN_free(r)
      BN_free(s)
      return nil
    }
    let count = i2d_ECDSA_SIG(numbers, nil)
    guard count > 0 else { return nil }
    return [UInt8](unsafeUninitializedCapacity: Int(count)) { bytes, written in
      var end = bytes.baseAddress
      written = Int(i2d_ECDSA_SIG(numbers, &end))
    }
  }
}

extension SignatureAlgorithm {
  fileprivate var isPSS: Bool { self == .ps256 || self == .ps384 || self == .ps512 }

  /// OpenSSL's digest; nil where the algorithm brings its own.
  fileprivate var digest: OpaquePointer? {
    switch self {
    case .rs256, .ps256, .es256, .hs256: EVP_sha256()
    case .rs384, .ps384, .es384, .hs384: EVP_sha384()
    case .rs512, .ps512, .es512, .hs512: EVP_sha512()
    case .edDSA: nil
    }
  }
}
