internal import Text

/// Byte strings, each with the numbers filed under it, to be found as beginnings of a text in one pass over it.
///
/// Built once and never changed; looking up allocates nothing. Its time depends on the length of the text, not on how many
/// strings there are.
struct PrefixTable: Sendable {
  private struct Entry {
    let hash: UInt64
    let key: [UInt8]
    var values: [Int]
  }

  private var entries: [Entry] = []
  /// Positions in `entries`, -1 for none; open addressing, at most half full.
  private var slots: [Int] = [-1]
  /// For each length, up to the longest, whether a key has it.
  private var hasLength: [Bool] = []

  init(_ filed: [(key: [UInt8], value: Int)] = []) {
    var size = 2
    while size < 2 * filed.count { size *= 2 }
    slots = [Int](repeating: -1, count: size)
    hasLength = [Bool](repeating: false, count: (filed.map(\.key.count).max() ?? -1) + 1)
    for (key, value) in filed {
      let hash = Self.hash(key.span, count: key.count)
      if let known = find(hash, key.span, count: key.count) {
        entries[known].values.append(value)
      } else {
        slots[freeSlot(for: hash)] = entries.count
        entries.append(Entry(hash: hash, key: key, values: [value]))
        hasLength[key.count] = true
      }
    }
  }

  /// Whether the whole of `text` is one of the strings.
  func contains(_ text: Span<UInt8>) -> Bool {
    guard text.count < hasLength.count, hasLength[text.count] else { return false }
    return find(Self.hash(text, count: text.count), text, count: text.count) != nil
  }

  /// Calls `accepts` with every number filed under a string that `text` begins with, the shortest first, until it accepts.
  @inline(__always)
  func contains(beginningOf text: Span<UInt8>, where accepts: (Int) -> Bool) -> Bool {
    var hash = Self.seed
    for length in 0..<min(text.count + 1, hasLength.count) {
      if length > 0 { hash = Self.extend(hash, text[length - 1]) }
      guard hasLength[length], let found = find(hash, text, count: length) else { continue }
      for value in entries[found].values where accepts(value) { return true }
    }
    return false
  }

  /// The entry whose key is the first `count` bytes of `text`, whose hash is given.
  private func find(_ hash: UInt64, _ text: Span<UInt8>, count: Int) -> Int? {
    var slot = Self.slot(hash, of: slots.count)
    while slots[slot] >= 0 {
      let index = slots[slot]
      if entries[index].hash == hash, entries[index].key.count == count, text.hasBytes(entries[index].key, at: 0) {
        return index
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private func freeSlot(for hash: UInt64) -> Int {
    var slot = Self.slot(hash, of: slots.count)
    while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    return slot
  }

  // FNV-1a, which can go on from the hash of a beginning. The strings are the operator's: nobody chooses them to collide.
  private static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

  @inline(__always)
  private static func extend(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }

  private static func hash(_ text: Span<UInt8>, count: Int) -> UInt64 {
    var hash = seed
    for index in 0..<count { hash = extend(hash, text[index]) }
    return hash
  }

  /// `count` is a power of two; the high bits of the hash are the better ones.
  @inline(__always)
  private static func slot(_ hash: UInt64, of count: Int) -> Int {
    Int(truncatingIfNeeded: hash ^ hash >> 32) & (count - 1)
  }
}
