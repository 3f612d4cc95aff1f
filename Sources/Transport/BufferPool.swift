/// Blocks of memory in two sizes, kept by an event loop for its connections.
public final class BufferPool {
  /// Bytes of a small block: enough for the head of a usual request or answer.
  public static let smallSize = 4 << 10
  /// Bytes of a large block, the most that one direction of one exchange ever holds.
  public static let largeSize = 64 << 10
  private static let kept = (small: 1024, large: 64)

  private var small: [UnsafeMutableRawBufferPointer] = []
  private var large: [UnsafeMutableRawBufferPointer] = []
  /// Bytes lent at present.
  public private(set) var lentBytes = 0

  /// An empty pool.
  public init() {}

  deinit {
    for block in small { block.deallocate() }
    for block in large { block.deallocate() }
  }

  func lend(atLeast size: Int) -> UnsafeMutableRawBufferPointer {
    let isSmall = size <= BufferPool.smallSize
    let bytes = isSmall ? BufferPool.smallSize : BufferPool.largeSize
    lentBytes += bytes
    if let block = isSmall ? small.popLast() : large.popLast() { return block }
    return .allocate(byteCount: bytes, alignment: 64)
  }

  func giveBack(_ block: UnsafeMutableRawBufferPointer) {
    lentBytes -= block.count
    if block.count == BufferPool.smallSize {
      if small.count < BufferPool.kept.small { return small.append(block) }
    } else if large.count < BufferPool.kept.large {
      return large.append(block)
    }
    block.deallocate()
  }
}
