/// Blocks of memory in three sizes, kept by an event loop for its connections.
public final class BufferPool {
  /// Bytes of a small block: enough for the head of a usual request or answer.
  public static let smallSize = 4 << 10
  /// Bytes of a large block, the most that a head, or one direction of a usual exchange, ever holds.
  public static let largeSize = 64 << 10
  /// Bytes of a bulk block, for content that has proved to be long.
  public static let bulkSize = 512 << 10

  /// How many unused blocks of each size are kept for the next connection: 1 MiB, 2 MiB and 2 MiB.
  private static let kept = [256, 32, 4]

  private var free: [[UnsafeMutableRawBufferPointer]] = [[], [], []]
  /// Bytes lent at present.
  public private(set) var lentBytes = 0

  /// An empty pool.
  public init() {}

  deinit {
    for blocks in free { for block in blocks { block.deallocate() } }
  }

  /// The class of blocks that hold `size` bytes, and their size.
  private static func blockClass(_ size: Int) -> (index: Int, bytes: Int) {
    if size <= smallSize { return (0, smallSize) }
    return size <= largeSize ? (1, largeSize) : (2, bulkSize)
  }

  func lend(atLeast size: Int) -> UnsafeMutableRawBufferPointer {
    let (index, bytes) = BufferPool.blockClass(size)
    lentBytes += bytes
    return free[index].popLast() ?? .allocate(byteCount: bytes, alignment: 64)
  }

  func giveBack(_ block: UnsafeMutableRawBufferPointer) {
    lentBytes -= block.count
    let (index, _) = BufferPool.blockClass(block.count)
    if free[index].count < BufferPool.kept[index] { free[index].append(block) } else { block.deallocate() }
  }
}
