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
  /// Bytes lent at present, and held otherwise.
  public private(set) var lentBytes = 0
  private var reportedBytes = 0
  private var budget: MemoryBudget?

  /// An empty pool.
  public init() {}

  /// Shares `budget` with others from now on.
  public func join(_ budget: MemoryBudget) {
    self.budget = budget
    reportedBytes = 0
    settle()
  }

  /// Whether buffers must stay small.
  public var isTight: Bool { budget?.isTight == true }

  /// Bytes this pool should get back, so that all of them together come to two thirds of where it gets tight; 0 unless it is.
  public var surplus: Int {
    guard let budget, budget.isTight else { return 0 }
    let all = budget.lentBytes
    return Int(Double(all - budget.tight / 3 * 2) / Double(all) * Double(lentBytes))
  }

  /// The size of block that content is read into: `wanted`, or a small one while it is tight.
  public func blockSize(_ wanted: Int) -> Int { isTight ? BufferPool.smallSize : wanted }

  /// Counts memory that is held outside of blocks, or, negative, given back.
  public func hold(_ bytes: Int) {
    lentBytes += bytes
    if abs(lentBytes - reportedBytes) >= MemoryBudget.step { settle() }
  }

  private func settle() {
    budget?.add(lentBytes - reportedBytes)
    reportedBytes = lentBytes
  }

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
    hold(bytes)
    return free[index].popLast() ?? .allocate(byteCount: bytes, alignment: 64)
  }

  func giveBack(_ block: UnsafeMutableRawBufferPointer) {
    hold(-block.count)
    let (index, _) = BufferPool.blockClass(block.count)
    if free[index].count < BufferPool.kept[index] { free[index].append(block) } else { block.deallocate() }
  }
}
