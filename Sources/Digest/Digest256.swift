/// 32 bytes that a hash has made. Comparing two takes a time that does not depend on what they are.
public struct Digest256: Sendable, Equatable {
  /// The bytes.
  public var bytes: InlineArray<32, UInt8>

  /// The digest that `bytes` are.
  public init(_ bytes: InlineArray<32, UInt8>) { self.bytes = bytes }

  /// The first 16 bytes as a number, most significant first.
  public var leading: UInt128 {
    var value: UInt128 = 0
    for index in 0..<16 { value = value << 8 | UInt128(bytes[index]) }
    return value
  }

  /// Whether both are the same; every byte is looked at.
  public static func == (one: Digest256, other: Digest256) -> Bool {
    one.bytes.span.bytes.withUnsafeBytes { one in
      other.bytes.span.bytes.withUnsafeBytes { other in
        var difference: UInt64 = 0
        for offset in stride(from: 0, to: 32, by: 8) {
          difference |=
            one.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            ^ other.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        return difference == 0
      }
    }
  }
}
