internal import Synchronization

/// Counts open connections over all loops against one limit.
public final class ConnectionGate: Sendable {
  private let limit: Int
  private let open = Atomic<Int>(0)

  /// A gate for `limit` connections.
  public init(limit: Int) { self.limit = limit }

  /// How many connections are open.
  public var count: Int { open.load(ordering: .relaxed) }

  /// Whether another connection may be accepted.
  public var hasRoom: Bool { count < limit }

  /// Counts a connection in.
  public func enter() { open.wrappingAdd(1, ordering: .relaxed) }

  /// Counts a connection out.
  public func leave() { open.wrappingSubtract(1, ordering: .relaxed) }
}
