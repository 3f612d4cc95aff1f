import Testing
import Text

@testable import HTTPWire

@Suite("The body pump")
struct BodyPumpTests {
  /// Pumps `wire` in pieces of `piece` bytes into rooms of `room` bytes; nil when it throws.
  private func pump(
    _ wire: [UInt8], _ framing: BodyFraming, as output: BodyPump.Output, piece: Int, room: Int
  ) -> (out: [UInt8], rest: Int, isDone: Bool)? {
    pump(wire, BodyPump(framing), as: output, piece: piece, room: room)
  }

  private func pump(
    _ wire: [UInt8], _ pump: BodyPump, as output: BodyPump.Output, piece: Int, room: Int
  ) -> (out: [UInt8], rest: Int, isDone: Bool)? {
    var pump = pump
    var out: [UInt8] = []
    var start = 0
    var end = min(piece, wire.count)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 1)
    defer { memory.deallocate() }
    while true {
      do {
        let move = try wire[start..<end].withUnsafeBufferPointer { try pump.move($0, into: memory, as: output) }
        out += memory[..<move.written]
        start += move.consumed
        switch move.outcome {
        case .done: return (out, wire.count - start, true)
        case .needsRoom: #expect(move.consumed + move.written > 0 || room <= BodyPump.overhead)
        case .needsInput:
          if end == wire.count {
            if pump.endsWithConnection, !pump.isDone {
              pump.endWithConnection()
              continue
            }
            return (out, wire.count - start, false)
          }
          end = min(end + piece, wire.count)
        }
      } catch {
        return nil
      }
    }
  }

  private func content(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) } }

  private func chunked(_ content: [UInt8], _ size: Int) -> [UInt8] {
    var wire: [UInt8] = []
    for start in stride(from: 0, to: content.count, by: size) {
      let part = content[start..<min(start + size, content.count)]
      wire += Array("\(String(part.count, radix: 16));x=y\r\n".utf8) + part + [0x0D, 0x0A]
    }
    return wire + Array("0\r\nTrailer: x\r\n\r\n".utf8)
  }

  @Test(
    "moves every content byte for byte out of every framing into every other, whatever the pieces and rooms",
    arguments: [0, 1, 2, 100, 5000], [1, 2, 3, 17, 700, 9000])
  func everyWay(count: Int, piece: Int) throws {
    let content = content(count)
    let surplus = Array("GET".utf8)
    let framings: [(BodyFraming, [UInt8], Int)] = [
      (.contentLength(UInt64(count)), content + surplus, 3), (.chunked, chunked(content, 33) + surplus, 3),
      (.untilClose, content, 0),
    ]
    for (framing, wire, rest) in framings {
      for room in [BodyPump.overhead + 1, 64, 1000, 70_000] {
        let plain = try #require(pump(wire, framing, as: .plain, piece: piece, room: room))
        #expect(plain.isDone && plain.out == content)
        #expect(plain.rest <= rest, "it took bytes of the next message")
        let again = try #require(pump(wire, framing, as: .chunked, piece: piece, room: room))
        // What was framed anew reads back as the same.
        let back = try #require(pump(again.out, .chunked, as: .plain, piece: 4096, room: 70_000))
        #expect(again.isDone && back.out == content && back.rest == 0)
      }
    }
  }

  @Test("never takes a byte behind the end of the content")
  func surplus() throws {
    for framing in [BodyFraming.none, .contentLength(2), .chunked] {
      let wire = Array((framing == .chunked ? "2\r\nab\r\n0\r\n\r\n" : framing == .none ? "" : "ab").utf8)
      let result = try #require(pump(wire + [1, 2, 3], framing, as: .plain, piece: 100, room: 100))
      #expect(result.rest == 3 && result.isDone)
    }
  }

  @Test("is not done while bytes are missing, and throws for broken framing")
  func broken() {
    #expect(pump(Array("ab".utf8), .contentLength(3), as: .plain, piece: 1, room: 99)?.isDone == false)
    #expect(pump(Array("3\r\nab".utf8), .chunked, as: .plain, piece: 1, room: 99)?.isDone == false)
    for wire in ["zz\r\n", "2\r\nabx", "-1\r\n", "2\nab\r\n", "\r\n"] {
      #expect(pump(Array(wire.utf8), .chunked, as: .chunked, piece: 1, room: 99) == nil, "\(wire)")
    }
  }

  @Test("moves nothing without room, and says so, but for an end that needs none")
  func noRoom() throws {
    var pump = BodyPump(.contentLength(1))
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: BodyPump.overhead, alignment: 1)
    defer { memory.deallocate() }
    let input: [UInt8] = [1]
    let move = try input.withUnsafeBufferPointer { try pump.move($0, into: memory, as: .plain) }
    #expect(move.outcome == .needsRoom && move.consumed == 0)
    var empty = BodyPump(.none)
    let none = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    let nowhere = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    #expect(try empty.move(none, into: nowhere, as: .plain).outcome == .done)
    #expect(try empty.move(none, into: nowhere, as: .chunked).outcome == .needsRoom)
  }

  @Test("counts content, and lets only counted content pass without a look")
  func direct() throws {
    var counted = BodyPump(.contentLength(10))
    #expect(counted.directLimit(.plain) == 10 && counted.directLimit(.chunked) == 0)
    counted.advance(4)
    #expect(counted.contentCount == 4 && counted.directLimit(.plain) == 6 && counted.knownRest == 6)
    #expect(BodyPump(.chunked).directLimit(.plain) == 0 && BodyPump(.chunked).knownRest == nil)
    #expect(BodyPump(.untilClose).directLimit(.plain) == .max)
    #expect(BodyPump(.none).knownRest == 0)
  }

  @Test("reads past a content without moving it")
  func skip() throws {
    var pump = BodyPump(.chunked)
    let wire = Array("2\r\nab\r\n0\r\n\r\nGET".utf8)
    #expect(try wire.withUnsafeBufferPointer { try pump.skip($0) } == wire.count - 3)
    #expect(pump.isDone && pump.contentCount == 2)
  }

  // MARK: With a filter

  /// Every occurrence of `word` replaced, from left to right.
  private func replaced(_ content: [UInt8], _ word: [UInt8], _ other: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var index = 0
    while index < content.count {
      if content[index...].starts(with: word) {
        out += other
        index += word.count
      } else {
        out.append(content[index])
        index += 1
      }
    }
    return out
  }

  @Test(
    "replaces a word in flight, wherever it is cut, out of and into every framing",
    arguments: ["QQ", "Q", "", "REPLACED"],
    [1, 2, 5, 64, 5000])
  func filtered(other: String, piece: Int) throws {
    let word = Array("aab".utf8)
    let content = Array("aabaaab--aaaabaabaab-aa".utf8) + content(300) + Array("xaab aa".utf8)
    let expected = replaced(content, word, Array(other.utf8))
    let framings: [(BodyFraming, [UInt8])] = [
      (.contentLength(UInt64(content.count)), content), (.chunked, chunked(content, 3)), (.untilClose, content),
    ]
    for (framing, wire) in framings {
      for room in [80, 200, 70_000] {
        for output in [BodyPump.Output.plain, .chunked] {
          let pump = BodyPump(framing, filter: WordFilter(replacing: word, with: Array(other.utf8)))
          let moved = try #require(self.pump(wire, pump, as: output, piece: piece, room: room))
          #expect(moved.isDone && moved.rest == 0)
          guard output == .chunked else {
            #expect(moved.out == expected)
            continue
          }
          let back = try #require(self.pump(moved.out, .chunked, as: .plain, piece: 4096, room: 70_000))
          #expect(back.isDone && back.out == expected)
        }
      }
    }
  }

  @Test("a filter holds nothing back that cannot be part of its word")
  func undelayed() throws {
    var pump = BodyPump(.untilClose, filter: WordFilter(replacing: Array("aab".utf8), with: Array("Q".utf8)))
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 200, alignment: 1)
    defer { memory.deallocate() }
    for (input, out) in [("data: 1\n\n", "data: 1\n\n"), ("xxaa", "xx"), ("x", "aax"), ("aab", "Q")] {
      let move = try Array(input.utf8).withUnsafeBufferPointer { try pump.move($0, into: memory, as: .plain) }
      #expect(String(decoding: memory[..<move.written], as: UTF8.self) == out)
    }
    #expect(pump.directLimit(.plain) == 0)
  }
}
