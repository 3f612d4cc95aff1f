internal import Synchronization

/// Counts open connections over all loops against two limits: on all of them, and on those of one client, so that one
/// cannot take every place. It is asked when a connection comes and when it goes, never for a request.
public final class ConnectionGate: Sendable {
  /// What asking for a place came to.
  public enum Entry: Equatable, Sendable {
    /// The connection has a place, to be given back with `leave`.
    case entered
    /// This client has as many as one may have.
    case clientIsFull
    /// Every place is taken.
    case isFull
  }

  private struct Counts {
    /// Connections with a place.
    var placed = 0
    /// Connections without one.
    var reserved = 0
    /// Connections with a place, by `IPv6Address.clientNetwork`.
    var placedOfClient: [UInt64: Int] = [:]
  }

  private let limit: Int
  private let clientLimit: Int
  private let counts = Mutex(Counts())
  private let emptied = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  /// A gate for `limit` connections, `clientLimit` of them of one client; that is no limit when left out.
  public init(limit: Int, clientLimit: Int = .max) {
    self.limit = limit
    self.clientLimit = clientLimit
  }

  /// How many connections are open, with or without a place.
  public var count: Int { counts.withLock { $0.placed + $0.reserved } }

  /// Counts a connection of `client` in, if there is a place for it.
  /// - Parameter isUnlimited: whether the client may have every place, as it is many.
  public func enter(_ client: UInt64, isUnlimited: Bool = false) -> Entry {
    counts.withLock { counts in
      let ofClient = counts.placedOfClient[client, default: 0]
      guard isUnlimited || ofClient < clientLimit else { return .clientIsFull }
      guard counts.placed < limit else { return .isFull }
      counts.placed += 1
      counts.placedOfClient[client] = ofClient + 1
      return .entered
    }
  }

  /// Gives the place of a connection of `client` back.
  public func leave(_ client: UInt64) {
    let isEmpty = counts.withLock { counts in
      counts.placed -= 1
      let left = counts.placedOfClient[client, default: 1] - 1
      counts.placedOfClient[client] = left > 0 ? left : nil
      return counts.placed + counts.reserved == 0
    }
    if isEmpty { emptied.continuation.yield() }
  }

  /// Counts a connection in that has no place; how many there are is the caller's to limit.
  public func enterReserve() { counts.withLock { $0.reserved += 1 } }

  /// Counts a connection out that had no place.
  public func leaveReserve() {
    let isEmpty = counts.withLock { counts in
      counts.reserved -= 1
      return counts.placed + counts.reserved == 0
    }
    if isEmpty { emptied.continuation.yield() }
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
