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

  /// Waits until no connection is open, at most `limit`; to be called by one task at a time.
  /// - Returns: whether none is.
  public func waitUntilEmpty(atMost limit: Duration) async -> Bool {
    let deadline = ContinuousClock.now + limit
    // The end of the time comes through the same stream: a stream whose reader is cancelled could not be read again.
    let timer = Task {
      try await Task.sleep(until: deadline, clock: .continuous)
      emptied.continuation.yield()
    }
    defer { timer.cancel() }
    if count == 0 { return true }
    for await _ in emptied.stream {
      if count == 0 { return true }
      // A clock that is read a moment before its own sleep is over must not make this wait for ever.
      if ContinuousClock.now.advanced(by: .milliseconds(5)) >= deadline { return false }
    }
    return count == 0
  }
}
