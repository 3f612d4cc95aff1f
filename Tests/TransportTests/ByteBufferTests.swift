import TestSupport
import Testing
import Transport

@Suite("Byte buffer and its pool")
struct ByteBufferTests {
  /// Puts `bytes` into the free memory, as a read from a socket does.
  private static func put(_ bytes: [UInt8], into buffer: inout ByteBuffer) {
    bytes.withUnsafeBytes { buffer.writable.copyMemory(from: $0) }
    buffer.commit(bytes.count)
  }

  private static func pattern(_ count: Int, from first: Int = 0) -> [UInt8] {
    (first..<(first + count)).map { UInt8(truncatingIfNeeded: $0 &* 7) }
  }

  @Test("holds no memory until some is asked for")
  func empty() {
    let buffer = ByteBuffer()
    #expect(buffer.isEmpty && buffer.isEmpty == (buffer.count == 0))
    #expect(buffer.capacity == 0 && buffer.room == 0)
    #expect(Array(buffer.readable).isEmpty)
    let writableCount = buffer.writable.count
    #expect(writableCount == 0)
  }

  @Test("lends a small block, grows to a large one, and refuses what does not fit that")
  func growth() {
    let pool = BufferPool()
    var buffer = ByteBuffer()
    var isLent = buffer.reserve(1, from: pool)
    #expect(isLent && buffer.capacity == BufferPool.smallSize && pool.lentBytes == BufferPool.smallSize)
    Self.put(Self.pattern(4000), into: &buffer)
    buffer.consume(100)
    isLent = buffer.reserve(1000, from: pool)
    #expect(isLent && buffer.capacity == BufferPool.largeSize && pool.lentBytes == BufferPool.largeSize)
    #expect(Array(buffer.readable) == Self.pattern(3900, from: 100))
    isLent = buffer.reserve(BufferPool.largeSize - 3900, from: pool)
    #expect(isLent && buffer.room >= BufferPool.largeSize - 3900)
    isLent = buffer.reserve(BufferPool.largeSize - 3900 + 1, from: pool)
    #expect(!isLent)
    #expect(Array(buffer.readable) == Self.pattern(3900, from: 100))
    buffer.discard(to: pool)
    #expect(pool.lentBytes == 0)
  }

  @Test("moves unread bytes to the front rather than growing")
  func compaction() {
    let pool = BufferPool()
    var buffer = ByteBuffer()
    _ = buffer.reserve(BufferPool.smallSize, from: pool)
    Self.put(Self.pattern(BufferPool.smallSize), into: &buffer)
    #expect(buffer.room == 0)
    buffer.consume(3000)
    #expect(buffer.room == 0)
    let isLent = buffer.reserve(3000, from: pool)
    #expect(isLent && buffer.capacity == BufferPool.smallSize && buffer.room == 3000)
    #expect(Array(buffer.readable) == Self.pattern(BufferPool.smallSize - 3000, from: 3000))
    buffer.discard(to: pool)
  }

  @Test("starts at the front again once everything was read")
  func rewind() {
    let pool = BufferPool()
    var buffer = ByteBuffer()
    _ = buffer.reserve(10, from: pool)
    Self.put(Self.pattern(4096), into: &buffer)
    buffer.consume(4095)
    #expect(buffer.room == 0 && buffer.count == 1)
    buffer.consume(1)
    #expect(buffer.isEmpty && buffer.room == 4096)
    buffer.discard(to: pool)
  }

  @Test("gives memory back only when nothing is left to be read")
  func release() {
    let pool = BufferPool()
    var buffer = ByteBuffer()
    buffer.releaseIfEmpty(to: pool)
    _ = buffer.reserve(1, from: pool)
    Self.put([1, 2], into: &buffer)
    buffer.releaseIfEmpty(to: pool)
    #expect(buffer.count == 2 && pool.lentBytes == BufferPool.smallSize)
    buffer.consume(2)
    buffer.releaseIfEmpty(to: pool)
    #expect(buffer.capacity == 0 && pool.lentBytes == 0)
    _ = buffer.reserve(1, from: pool)
    Self.put([3], into: &buffer)
    buffer.discard(to: pool)
    #expect(buffer.isEmpty && buffer.capacity == 0 && pool.lentBytes == 0)
  }

  @Test("appends what room was reserved for, and nothing for no bytes")
  func append() {
    let pool = BufferPool()
    var buffer = ByteBuffer()
    buffer.append(UnsafeBufferPointer(start: nil, count: 0))
    _ = buffer.reserve(5, from: pool)
    for piece in ["he", "llo"] { Array(piece.utf8).withUnsafeBufferPointer { buffer.append($0) } }
    #expect(Array(buffer.readable) == Array("hello".utf8))
    buffer.discard(to: pool)
  }

  @Test("many buffers share a pool, which counts what it lent")
  func sharing() {
    let pool = BufferPool()
    for round in 0..<3 {
      var first = ByteBuffer()
      var second = ByteBuffer()
      _ = first.reserve(1, from: pool)
      _ = second.reserve(BufferPool.smallSize + 1, from: pool)
      #expect(pool.lentBytes == BufferPool.smallSize + BufferPool.largeSize, "round \(round)")
      Self.put([7], into: &first)
      Self.put([9], into: &second)
      #expect(Array(first.readable) == [7] && Array(second.readable) == [9])
      first.discard(to: pool)
      second.discard(to: pool)
      #expect(pool.lentBytes == 0)
    }
  }

  @Test("is a queue of bytes under random operations", arguments: 0..<6 as Range<UInt64>)
  func model(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let pool = BufferPool()
    var buffer = ByteBuffer()
    var (written, read) = (0, 0)
    for _ in 0..<3000 {
      if Bool.random(using: &random) {
        let wanted = Int.random(in: 1...9000, using: &random)
        let isLent = buffer.reserve(wanted, from: pool)
        #expect(isLent == (written - read + wanted <= BufferPool.largeSize || buffer.room >= wanted))
        guard isLent else { continue }
        let count = Int.random(in: 0...wanted, using: &random)
        Self.put(Self.pattern(count, from: written), into: &buffer)
        written += count
      } else {
        let count = Int.random(in: 0...(written - read), using: &random)
        #expect(Array(buffer.readable.prefix(count)) == Self.pattern(count, from: read))
        buffer.consume(count)
        read += count
        buffer.releaseIfEmpty(to: pool)
        // What was written last can be taken back.
        let kept = Int.random(in: 0...buffer.count, using: &random)
        if Int.random(in: 0..<4, using: &random) == 0 {
          buffer.truncate(to: kept)
          written = read + kept
        }
      }
      #expect(buffer.count == written - read && pool.lentBytes == buffer.capacity)
    }
    buffer.discard(to: pool)
  }
}
