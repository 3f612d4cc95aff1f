internal import COpenSSL

/// HMAC-SHA-256 under one key (RFC 2104): what the key costs is paid once, and a message allocates nothing.
public struct HMACSHA256: Sendable, CustomStringConvertible, CustomReflectable {
  private static let blockSize = 64

  private let inner: SHA256_CTX
  private let outer: SHA256_CTX

  /// - Parameter key: of any length; one longer than 64 bytes is hashed first.
  public init(key: Span<UInt8>) {
    var pad = [UInt8](repeating: 0, count: HMACSHA256.blockSize)
    if key.count > HMACSHA256.blockSize {
      let digest = SHA256.digest(key)
      for index in 0..<32 { pad[index] = digest.bytes[index] }
    } else {
      for index in 0..<key.count { pad[index] = key[index] }
    }
    inner = HMACSHA256.state(pad, 0x36)
    outer = HMACSHA256.state(pad, 0x5C)
  }

  private static func state(_ key: [UInt8], _ mask: UInt8) -> SHA256_CTX {
    let block = key.map { $0 ^ mask }
    var digest = SHA256()
    digest.append(block.span)
    return digest.state
  }

  /// The code of what `append` adds.
  public func code(_ append: (inout SHA256) -> Void) -> Digest256 {
    var message = SHA256(from: inner)
    append(&message)
    let digest = message.finish()
    var result = SHA256(from: outer)
    result.append(digest.bytes.span)
    return result.finish()
  }

  /// The code of `message`.
  public func code(_ message: Span<UInt8>) -> Digest256 { code { $0.append(message) } }

  /// Nothing of the key.
  public var description: String { "HMACSHA256(<redacted>)" }

  /// No children, so that `dump` and debuggers' summaries print no secret.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// HKDF with SHA-256 (RFC 5869).
public enum HKDF {
  /// A key of 32 bytes for one purpose.
  /// - Parameters:
  ///   - secret: what all keys come from.
  ///   - purpose: the label that keeps this one apart.
  public static func key(from secret: Span<UInt8>, for purpose: StaticString) -> Digest256 {
    // Extract, with the salt left out (§2.2), then the first block of Expand (§2.3).
    let salt = [UInt8](repeating: 0, count: 32)
    let extracted = HMACSHA256(key: salt.span).code(secret)
    var info = [UInt8]("\(purpose)".utf8)
    info.append(1)
    let expanding = HMACSHA256(key: extracted.bytes.span)
    return expanding.code(info.span)
  }
}
