internal import COpenSSL

/// A SHA-256 digest in the making (FIPS 180-4). Nothing is allocated.
public struct SHA256: ~Copyable {
  private var context: SHA256_CTX

  /// The digest of nothing yet.
  public init() {
    context = SHA256_CTX()
    SHA256_Init(&context)
  }

  /// One that goes on where `context` stands.
  init(from context: SHA256_CTX) { self.context = context }

  /// Adds bytes.
  public mutating func append(_ bytes: Span<UInt8>) {
    bytes.withUnsafeBytes { bytes in _ = SHA256_Update(&context, bytes.baseAddress, bytes.count) }
  }

  /// Adds a number as 8 bytes, most significant first.
  public mutating func append(_ number: UInt64) {
    var bigEndian = number.bigEndian
    withUnsafeBytes(of: &bigEndian) { bytes in _ = SHA256_Update(&context, bytes.baseAddress, 8) }
  }

  /// Adds numbers as 8 bytes each, most significant first.
  public mutating func append<let count: Int>(_ numbers: InlineArray<count, UInt64>) {
    var bytes = InlineArray<count, UInt64>(repeating: 0)
    for index in 0..<count { bytes[index] = numbers[index].bigEndian }
    bytes.span.withUnsafeBytes { bytes in _ = SHA256_Update(&context, bytes.baseAddress, bytes.count) }
  }

  /// Ends it.
  public consuming func finish() -> Digest256 {
    var bytes = InlineArray<32, UInt8>(repeating: 0)
    var span = bytes.mutableSpan
    span.withUnsafeMutableBytes { memory in
      _ = SHA256_Final(memory.baseAddress?.assumingMemoryBound(to: UInt8.self), &context)
    }
    return Digest256(bytes)
  }

  /// The digest of `bytes`.
  public static func digest(_ bytes: Span<UInt8>) -> Digest256 {
    var digest = SHA256()
    digest.append(bytes)
    return digest.finish()
  }

  /// What it has come to.
  var state: SHA256_CTX { context }
}
