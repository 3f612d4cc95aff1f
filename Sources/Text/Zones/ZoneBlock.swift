/// The header of a zone file and the data block behind it (RFC 9636 §3.1, §3.2).
struct ZoneBlock {
  let version: Int
  private let timeCount: Int
  private let typeCount: Int
  private let start: Int
  private let timeSize: Int
  /// What stands behind it.
  let end: Int

  private static let headerSize = 44

  init?(_ bytes: [UInt8], at offset: Int, timeSize: Int) {
    guard bytes.count >= offset + ZoneBlock.headerSize, bytes[offset...].starts(with: "TZif".utf8) else { return nil }
    let digit = bytes[offset + 4]
    version = digit == 0 ? 1 : Int(digit) - 0x30
    let counts = (0..<6).map { ZoneBlock.number(bytes, offset + 20 + $0 * 4, 4) }
    guard counts.allSatisfy({ (0...10_000).contains($0) }) else { return nil }
    // In this order: of UT indicators, of standard indicators, of leap seconds, of transitions, of types, of characters.
    timeCount = Int(counts[3])
    typeCount = Int(counts[4])
    self.timeSize = timeSize
    start = offset + ZoneBlock.headerSize
    end =
      start + timeCount * (timeSize + 1) + typeCount * 6 + Int(counts[5]) + Int(counts[2]) * (timeSize + 4)
      + Int(counts[1]) + Int(counts[0])
    guard typeCount > 0, end <= bytes.count else { return nil }
  }

  /// The times at which something changes, and the offsets in front of the first and behind each; nil where they make no sense.
  func transitions(_ bytes: [UInt8]) -> (times: [Int64], offsets: [Int64])? {
    let types = start + timeCount * timeSize
    let offsets = (0..<typeCount).map { ZoneBlock.number(bytes, types + timeCount + $0 * 6, 4) }
    let times = (0..<timeCount).map { ZoneBlock.number(bytes, start + $0 * timeSize, timeSize) }
    let indices = bytes[types..<types + timeCount].map { Int($0) }
    guard indices.allSatisfy({ $0 < typeCount }), zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }),
      offsets.allSatisfy({ abs($0) < 26 * 3600 })
    else { return nil }
    return (times, [offsets[0]] + indices.map { offsets[$0] })
  }

  /// A signed number, the highest byte first.
  private static func number(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> Int64 {
    let value = bytes[offset..<offset + size].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return size == 4 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
  }
}
