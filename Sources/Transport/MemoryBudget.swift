internal import Synchronization

/// The limit on all buffers of a process. Each pool reports what it has lent in steps, so that lending asks no other loop.
public final class MemoryBudget: Sendable {
  /// Bytes a pool lends, or takes back, before it says so.
  static let step = 256 << 10

  /// Bytes that all buffers together should not exceed.
  public let limit: Int
  /// Where it gets tight: what is left is for what is on its way while others give theirs back.
  let tight: Int
  private let lent = Atomic<Int>(0)
  private let isReported = Atomic<Bool>(false)
  private let report: @Sendable () -> Void

  /// - Parameter report: is told once when it gets tight for the first time.
  public init(limit: Int, report: @escaping @Sendable () -> Void = {}) {
    self.limit = limit
    tight = limit / 4 * 3
    self.report = report
  }

  /// Bytes lent by all pools, give or take a step for each.
  public var lentBytes: Int { lent.load(ordering: .relaxed) }

  /// Whether buffers stay small, and who is slow is given up.
  public var isTight: Bool { lentBytes >= tight }

  func add(_ bytes: Int) {
    let after = lent.add(bytes, ordering: .relaxed).newValue
    if after >= tight, bytes > 0, !isReported.exchange(true, ordering: .relaxed) { report() }
  }
}
