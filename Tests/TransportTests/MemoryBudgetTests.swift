import Synchronization
import Testing

@testable import Transport

@Suite("The limit on all buffers")
struct MemoryBudgetTests {
  private static let limit = 64 << 20

  @Test("pools report in steps, and what they have lent before they join")
  func steps() {
    let budget = MemoryBudget(limit: MemoryBudgetTests.limit)
    let (one, other) = (BufferPool(), BufferPool())
    let early = one.lend(atLeast: BufferPool.bulkSize)
    one.join(budget)
    other.join(budget)
    #expect(budget.lentBytes == BufferPool.bulkSize)
    let small = (0..<63).map { _ in other.lend(atLeast: 1) }
    #expect(budget.lentBytes == BufferPool.bulkSize, "no step yet")
    let last = other.lend(atLeast: 1)
    #expect(budget.lentBytes == BufferPool.bulkSize + MemoryBudget.step)
    for block in small + [last] { other.giveBack(block) }
    one.giveBack(early)
    #expect(budget.lentBytes == 0 && one.lentBytes == 0 && other.lentBytes == 0)
  }

  @Test("near the limit every pool lends small blocks for content, until enough has come back; it is reported once")
  func tight() {
    let reports = Mutex(0)
    let budget = MemoryBudget(limit: MemoryBudgetTests.limit) { reports.withLock { $0 += 1 } }
    let (one, other) = (BufferPool(), BufferPool())
    one.join(budget)
    other.join(budget)
    for round in 1...3 {
      one.hold(36 << 20)
      other.hold((12 << 20) - MemoryBudget.step)
      #expect(!one.isTight && one.surplus == 0 && one.blockSize(BufferPool.bulkSize) == BufferPool.bulkSize)
      other.hold(MemoryBudget.step)
      #expect(one.isTight && other.isTight && one.blockSize(BufferPool.bulkSize) == BufferPool.smallSize)
      // 48 MiB are lent and 32 MiB are right: each gives back a third of its own.
      #expect(one.surplus == 12 << 20 && other.surplus == 4 << 20)
      one.hold(-(12 << 20))
      #expect(!other.isTight && other.surplus == 0)
      one.hold(-(24 << 20))
      other.hold(-(12 << 20))
      #expect(budget.lentBytes == 0 && reports.withLock { $0 } == 1, "round \(round)")
    }
  }

  @Test("a pool without a budget is never tight")
  func alone() {
    let pool = BufferPool()
    pool.hold(1 << 40)
    #expect(!pool.isTight && pool.surplus == 0)
    pool.hold(-(1 << 40))
  }
}
