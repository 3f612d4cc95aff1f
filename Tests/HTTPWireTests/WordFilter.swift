import HTTPWire

/// Replaces every occurrence of a known word in a stream that comes in pieces cut anywhere.
///
/// What can no longer be part of an occurrence is written at once; held back is only the end of the stream so far that is
/// a beginning of the word, at most its length less one. Occurrences are found from left to right and do not overlap.
/// Nothing is allocated after `init`; whatever comes out goes into memory that is lent.
final class WordFilter: ContentFilter {
  private let word: [UInt8]
  private let replacement: [UInt8]
  /// For each count of bytes of the word that have come: how many of them are a beginning of the word again if the next
  /// byte does not fit (Knuth, Morris, Pratt 1977).
  private let fallback: [Int]

  /// How many bytes of the word have come and are held back.
  private var matched = 0
  /// What has been decided and not been written for want of room.
  private var pending = Pending.nothing

  /// A part of what the filter knows by heart.
  private enum Pending {
    case nothing
    case word(Range<Int>)
    case replacement(Range<Int>)
  }

  /// - Parameter word: not empty.
  init(replacing word: [UInt8], with replacement: [UInt8]) {
    precondition(!word.isEmpty)
    self.word = word
    self.replacement = replacement
    var fallback = [Int](repeating: 0, count: word.count)
    var length = 0
    for count in 1..<max(1, word.count) {
      fallback[count] = length
      while length > 0, word[count] != word[length] { length = fallback[length] }
      if word[count] == word[length] { length += 1 }
    }
    self.fallback = fallback
  }

  /// The most bytes that can be held back, for want of certainty alone.
  var heldBackLimit: Int { word.count - 1 }

  /// How many bytes of the stream can come so that whatever is written for them fits `room` bytes.
  func inputLimit(room: Int) -> Int {
    let growth = max(1, (replacement.count + word.count - 1) / word.count)
    return max(0, room / growth - word.count - replacement.count)
  }

  /// Takes bytes of the stream from `input` and writes what is certain to `room`, as far as both reach.
  ///
  /// It stops with input left only when the room is full, and then wants what it has not consumed again.
  func filter(
    _ input: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
  ) -> (consumed: Int, written: Int) {
    var consumed = 0
    var written = 0
    while flush(into: room, &written), consumed < input.count {
      if matched == 0 {
        let available = min(input.count - consumed, room.count - written)
        let plain = plainLength(of: UnsafeRawBufferPointer(rebasing: input[consumed...]), upTo: available)
        if plain > 0 {
          room.baseAddress!.advanced(by: written)
            .copyMemory(from: input.baseAddress!.advanced(by: consumed), byteCount: plain)
          consumed += plain
          written += plain
          continue
        }
        // A byte that cannot begin the word finds no room.
        guard input[consumed] == word[0] else { break }
      }
      if input[consumed] == word[matched] {
        consumed += 1
        matched += 1
        guard matched == word.count else { continue }
        matched = 0
        pending = .replacement(0..<replacement.count)
      } else {
        // The byte is looked at again, behind a shorter beginning.
        let kept = fallback[matched]
        pending = .word(0..<(matched - kept))
        matched = kept
      }
    }
    return (consumed, written)
  }

  /// Writes what is held back: the stream is over.
  /// - Returns: how much was written, and whether that was all; if not, it is to be called again with more room.
  func finish(into room: UnsafeMutableRawBufferPointer) -> (written: Int, isDone: Bool) {
    var written = 0
    guard flush(into: room, &written) else { return (written, false) }
    pending = .word(0..<matched)
    matched = 0
    let isDone = flush(into: room, &written)
    return (written, isDone)
  }

  /// How many of the first `limit` bytes of `input` stand before the first one that may begin the word.
  @inline(__always)
  private func plainLength(of input: UnsafeRawBufferPointer, upTo limit: Int) -> Int {
    let first = word[0]
    let pattern = 0x0101_0101_0101_0101 &* UInt64(first)
    var index = 0
    while index + 8 <= limit {
      let difference = input.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ pattern
      // A byte that is 0 borrows into its high bit.
      guard (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080 == 0 else { break }
      index += 8
    }
    while index < limit, input[index] != first { index += 1 }
    return index
  }

  /// Writes what is pending as far as there is room; false when some of it is left.
  private func flush(into room: UnsafeMutableRawBufferPointer, _ written: inout Int) -> Bool {
    switch pending {
    case .nothing: return true
    case .word(let range):
      let rest = WordFilter.copy(word, range, to: room, &written)
      pending = rest.isEmpty ? .nothing : .word(rest)
      return rest.isEmpty
    case .replacement(let range):
      let rest = WordFilter.copy(replacement, range, to: room, &written)
      pending = rest.isEmpty ? .nothing : .replacement(rest)
      return rest.isEmpty
    }
  }

  /// Copies as much of `range` as there is room for; returns the rest of it.
  private static func copy(
    _ bytes: [UInt8], _ range: Range<Int>, to room: UnsafeMutableRawBufferPointer, _ written: inout Int
  ) -> Range<Int> {
    let count = min(range.count, room.count - written)
    if count > 0 {
      bytes.withUnsafeBytes {
        room.baseAddress!.advanced(by: written)
          .copyMemory(from: $0.baseAddress!.advanced(by: range.lowerBound), byteCount: count)
      }
      written += count
    }
    return (range.lowerBound + count)..<range.upperBound
  }
}
