internal import Synchronization

/// Counts open connections over all loops against one limit.
public final class ConnectionGate: Sendable {
  private let limit: Int
  private let open = Atomic<Int>(0)
  private let emptied = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  /// A gate for `limit` connections.
  public init(limit: Int) { self.limit = limit }

  /// How many connections are open.
  public var count: Int { open.load(ordering: .relaxed) }

  /// Whether another connection may be accepted.
  public var hasRoom: Bool { count < limit }

  /// Counts a connection in.
  public func enter() { open.wrappingAdd(1, ordering: .relaxed) }

  /// Counts a connection out.
  public func leave() {
    if open.wrappingSubtract(1, ordering: .relaxed).newValue == 0 { emptied.continuation.yield() }
  }

  /// Waits until no connection is open, or the task is cancelled.
  public func waitUntilEmpty() async {
    if count == 0 { return }
    for await _ in emptied.stream where count == 0 { return }
  }
}
