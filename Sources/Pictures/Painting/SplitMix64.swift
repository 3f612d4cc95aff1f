/// A small generator of repeatable numbers (Steele, Lea, Flood 2014).
package struct SplitMix64: RandomNumberGenerator {
  package var state: UInt64

  /// A generator that begins at `state`.
  package init(state: UInt64) { self.state = state }

  /// The next number.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }

  /// A number of the range, which spans less than 2^32: the same on every machine and with every standard library.
  mutating func next(_ range: ClosedRange<Int32>) -> Int32 {
    let span = UInt64(Int64(range.upperBound) - Int64(range.lowerBound) + 1)
    return range.lowerBound + Int32(truncatingIfNeeded: ((next() >> 32) * span) >> 32)
  }

  /// FNV-1a of the UTF-8 text: stable between runs, unlike Hasher.
  package static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
