import TestSupport
import Testing
import Text

@Suite("Replacing a word in a stream")
struct WordFilterTests {
  /// What has come out after `stream` when there was always room, looked for in the simplest way.
  private func reference(
    _ stream: [UInt8], _ word: [UInt8], _ replacement: [UInt8], isOver: Bool
  ) -> [UInt8] {
    var output: [UInt8] = []
    var index = 0
    while index < stream.count {
      let rest = stream[index...]
      if rest.starts(with: word) {
        output += replacement
        index += word.count
      } else if !isOver, word.starts(with: rest) {
        break
      } else {
        output.append(stream[index])
        index += 1
      }
    }
    return output
  }

  /// Feeds `piece` through rooms of random size up to `roomLimit`, or of ample size.
  private func feed(
    _ piece: [UInt8], to filter: inout WordFilter, roomLimit: Int?, _ random: inout SplitMix64
  ) -> [UInt8] {
    var output: [UInt8] = []
    var rest = piece[...]
    while true {
      var room = [UInt8](repeating: 0xEE, count: roomLimit.map { Int.random(in: 0...$0, using: &random) } ?? 10_000)
      let (consumed, written) = rest.withUnsafeBytes { input in
        room.withUnsafeMutableBytes { filter.filter(input, into: $0) }
      }
      precondition(consumed <= rest.count && written <= room.count)
      let isFull = written == room.count
      #expect(consumed == rest.count || isFull, "stopped with input and room left")
      #expect(room[written...].allSatisfy { $0 == 0xEE })
      output += room[..<written]
      rest = rest.dropFirst(consumed)
      if rest.isEmpty, !isFull { return output }
    }
  }

  private func finish(_ filter: inout WordFilter, roomLimit: Int, _ random: inout SplitMix64) -> [UInt8] {
    var output: [UInt8] = []
    while true {
      var room = [UInt8](repeating: 0, count: Int.random(in: 0...roomLimit, using: &random))
      let (written, isDone) = room.withUnsafeMutableBytes { filter.finish(into: $0) }
      output += room[..<written]
      if isDone { return output }
    }
  }

  /// Bytes of few kinds, so that words overlap themselves and the stream is full of their beginnings.
  private func text(_ count: Int, _ random: inout SplitMix64) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0x61...0x62, using: &random) }
  }

  @Test("equals a simple search, whatever the word, the cuts and the room", arguments: 0..<2000 as Range<UInt64>)
  func property(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let word = text(Int.random(in: 1...9, using: &random), &random)
    let replacement = (0..<Int.random(in: 0...12, using: &random)).map { UInt8($0) }
    var filter = WordFilter(replacing: word, with: replacement)
    let roomLimit = [1, 3, 20, nil].randomElement(using: &random)!
    var (stream, output) = ([UInt8](), [UInt8]())
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      var piece = text(Int.random(in: 0...30, using: &random), &random)
      if Bool.random(using: &random) { piece += word + word.prefix(word.count / 2) }
      stream += piece
      output += feed(piece, to: &filter, roomLimit: roomLimit, &random)
      // Nothing is held back but what may still become the word.
      #expect(output == reference(stream, word, replacement, isOver: false))
    }
    output += finish(&filter, roomLimit: roomLimit ?? 3, &random)
    #expect(output == reference(stream, word, replacement, isOver: true))
  }

  @Test("finds a word that is cut at every place, in a stream of every length before it")
  func cuts() {
    var random = SplitMix64(seed: 1)
    let word = Array("764cabcf-b745-4b3e-ae38-1200304cf45b".utf8)
    let sealed = Array("sealed".utf8)
    for before in 0..<40 {
      let stream = [UInt8](repeating: 0x37, count: before) + word + Array("\",\"".utf8)
      let expected = [UInt8](repeating: 0x37, count: before) + sealed + Array("\",\"".utf8)
      for cut in 0...stream.count {
        var filter = WordFilter(replacing: word, with: sealed)
        var output = feed(Array(stream[..<cut]), to: &filter, roomLimit: nil, &random)
        output += feed(Array(stream[cut...]), to: &filter, roomLimit: nil, &random)
        #expect(output == expected)
      }
    }
  }

  @Test("holds back no more than it promises, and says so")
  func heldBack() {
    var filter = WordFilter(replacing: Array("abcabd".utf8), with: [])
    #expect(filter.heldBackLimit == 5)
    var random = SplitMix64(seed: 1)
    #expect(feed(Array("xabcab".utf8), to: &filter, roomLimit: nil, &random) == Array("x".utf8))
    #expect(feed(Array("c".utf8), to: &filter, roomLimit: nil, &random) == Array("abc".utf8))
    #expect(feed(Array("abdy".utf8), to: &filter, roomLimit: nil, &random) == Array("y".utf8))
  }

  @Test("takes in what it holds back, even without room")
  func noRoom() {
    var filter = WordFilter(replacing: Array("ab".utf8), with: Array("123".utf8))
    let nothing = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    let input = Array("abx".utf8)
    let taken = input.withUnsafeBytes { filter.filter($0, into: nothing) }
    #expect(taken == (2, 0))
    #expect(filter.finish(into: nothing) == (0, false))
  }

  @Test("bytes of every value pass, zeros beside the first byte of the word included")
  func everyByte() {
    var random = SplitMix64(seed: 3)
    for first in UInt8.min...UInt8.max {
      let word: [UInt8] = [first, first ^ 1, first]
      let stream = (UInt8.min...UInt8.max).flatMap { [$0, 0, $0 ^ 1] } + word
      var filter = WordFilter(replacing: word, with: [1, 2])
      let output = feed(stream, to: &filter, roomLimit: nil, &random) + finish(&filter, roomLimit: 9, &random)
      #expect(output == reference(stream, word, [1, 2], isOver: true))
    }
  }
}
