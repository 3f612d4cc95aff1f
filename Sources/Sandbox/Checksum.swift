internal import CZlib

/// The CRC-32 of a file, its entity tag.
enum Checksum {
  static func of(_ bytes: [UInt8]) -> UInt32 { UInt32(crc32_z(0, bytes, bytes.count)) }
}
