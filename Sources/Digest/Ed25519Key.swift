internal import COpenSSL

/// A key that signs with Ed25519 (RFC 8032), made anew and kept in memory alone.
public final class Ed25519Key: Sendable, CustomStringConvertible, CustomReflectable {
  private static let size = 32
  private static let signatureSize = 64

  nonisolated(unsafe) private let key: OpaquePointer
  /// The 32 bytes that everybody may have.
  public let publicKey: [UInt8]

  /// A new key; nil when the system has no random bytes to give, or OpenSSL no memory.
  public convenience init?() {
    guard let seed = RandomBytes.make(Ed25519Key.size) else { return nil }
    self.init(seed: seed)
  }

  /// The key of these 32 bytes; nil for any other number of them.
  public init?(seed: [UInt8]) {
    guard seed.count == Ed25519Key.size,
      let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count)
    else { return nil }
    var count = Ed25519Key.size
    var bytes = [UInt8](repeating: 0, count: count)
    guard EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1, count == Ed25519Key.size else {
      EVP_PKEY_free(key)
      return nil
    }
    self.key = key
    publicKey = bytes
  }

  deinit { EVP_PKEY_free(key) }

  /// The 64 bytes that sign `message`; nil when OpenSSL has no memory.
  public func signature(of message: [UInt8]) -> [UInt8]? {
    guard let context = EVP_MD_CTX_new() else { return nil }
    defer { EVP_MD_CTX_free(context) }
    var count = Ed25519Key.signatureSize
    var bytes = [UInt8](repeating: 0, count: count)
    guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
      EVP_DigestSign(context, &bytes, &count, message, message.count) == 1
    else { return nil }
    return bytes
  }

  /// Nothing of the key.
  public var description: String { "Ed25519Key(<redacted>)" }

  /// No children, so that `dump` and debuggers' summaries print no secret.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
