internal import Glibc

/// Memory lent from a `BufferPool` that is written at one end and read at the other; it holds none while empty and
/// released, so that an idle connection costs no buffer.
public struct ByteBuffer: ~Copyable {
  private var memory: UnsafeMutableRawBufferPointer?
  private var reader = 0
  private var writer = 0

  /// A buffer without memory.
  public init() {}

  // Whoever owns one gives its memory back first: this is for tests, and for the end of the process.
  deinit { memory?.deallocate() }

  /// Bytes to be read.
  public var count: Int { writer - reader }
  /// Whether there is nothing to be read.
  public var isEmpty: Bool { writer == reader }
  /// Bytes that can be written without moving anything.
  public var room: Int { (memory?.count ?? 0) - writer }
  /// Bytes the memory at hand can hold.
  public var capacity: Int { memory?.count ?? 0 }

  /// The bytes to be read; valid until the next mutation.
  public var readable: UnsafeBufferPointer<UInt8> {
    guard let base = memory?.baseAddress else { return UnsafeBufferPointer(start: nil, count: 0) }
    return UnsafeBufferPointer(start: (base + reader).assumingMemoryBound(to: UInt8.self), count: writer - reader)
  }

  /// The free bytes behind the written ones; valid until the next mutation.
  public var writable: UnsafeMutableRawBufferPointer {
    guard let base = memory?.baseAddress else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
    return UnsafeMutableRawBufferPointer(start: base + writer, count: room)
  }

  /// Counts bytes put into `writable` as written.
  public mutating func commit(_ count: Int) {
    precondition(count >= 0 && count <= room)
    writer += count
  }

  /// Counts the first `count` readable bytes as read.
  public mutating func consume(_ count: Int) {
    precondition(count >= 0 && count <= self.count)
    reader += count
    if reader == writer {
      reader = 0
      writer = 0
    }
  }

  /// Forgets all but the first `count` readable bytes.
  public mutating func truncate(to count: Int) {
    precondition(count >= 0 && count <= self.count)
    writer = reader + count
    if writer == reader {
      reader = 0
      writer = 0
    }
  }

  /// Makes room for at least `minimum` bytes behind the written ones, by lending, moving or growing.
  /// - Returns: false when `minimum` and the unread bytes do not fit `limit`, a block size.
  public mutating func reserve(
    _ minimum: Int, from pool: BufferPool, upTo limit: Int = BufferPool.largeSize
  ) -> Bool {
    if room >= minimum { return true }
    let needed = count + minimum
    guard needed <= limit else { return false }
    if needed > capacity {
      let larger = pool.lend(atLeast: needed)
      if let memory {
        larger.baseAddress!.copyMemory(from: memory.baseAddress! + reader, byteCount: count)
        pool.giveBack(memory)
      }
      memory = larger
    } else if reader > 0 {
      memmove(memory!.baseAddress!, memory!.baseAddress! + reader, count)
    }
    writer = count
    reader = 0
    return true
  }

  /// Appends bytes for which room was reserved.
  public mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    precondition(bytes.count <= room)
    (memory!.baseAddress! + writer).copyMemory(from: source, byteCount: bytes.count)
    writer += bytes.count
  }

  /// Gives the memory back if nothing is left to be read.
  public mutating func releaseIfEmpty(to pool: BufferPool) {
    guard isEmpty, let lent = memory else { return }
    memory = nil
    pool.giveBack(lent)
  }

  /// Drops the content and gives the memory back.
  public mutating func discard(to pool: BufferPool) {
    reader = 0
    writer = 0
    releaseIfEmpty(to: pool)
  }
}
