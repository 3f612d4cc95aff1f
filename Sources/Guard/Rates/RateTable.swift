internal import Synchronization

/// What all callers have used of their limits: one for the process, shared by the loops, and kept when the limits change. Its
/// lock is held for a few look-ups at a time.
public final class RateTable: Sendable {
  private let books = Mutex(RateBooks())

  /// Nanoseconds after which it is worth asking again where nobody knows when there is room.
  public static let retryLater = RateBooks.retryLater

  /// An empty table.
  public init() {}

  /// What a request that was admitted holds until it is over.
  public struct Hold: Sendable, Equatable {
    let slot: Int32
    /// A job in flight.
    public internal(set) var isJob: Bool
    /// An open stream.
    public internal(set) var isStream: Bool

    /// Whether there is nothing to give back.
    public var isEmpty: Bool { !isJob && !isStream }
  }

  /// What an answer that passes by says of a job.
  public enum Sign: Sendable { case goesOn, isOver }

  /// Admits a request under every limit, and counts it, or refuses it under one and counts nothing.
  public func admit(
    _ caller: Caller, _ demand: RateDemand, under policy: RatePolicy, now: UInt64
  ) throws(RateRefusal) -> Hold {
    try books.withLock { books throws(RateRefusal) in
      try books.admit(caller, demand, policy, now: now)
    }
  }

  /// Gives back what `hold` holds, once.
  public func release(_ hold: inout Hold) {
    guard !hold.isEmpty else { return }
    books.withLock { [hold] books in books.release(hold) }
    hold.isJob = false
    hold.isStream = false
  }

  /// A job has been queued: it counts on, beyond the request that made it, until its end is seen or it expires.
  /// - Parameter job: what stands for its id; nil where that is not known, so that it can only expire.
  public func follow(_ hold: inout Hold, job: UInt128?, now: UInt64) {
    guard hold.isJob else { return }
    books.withLock { [hold] books in books.follow(job, of: hold.slot, now: now) }
    hold.isJob = false
  }

  /// Notes what was seen of a job, if it is followed.
  public func note(_ sign: Sign, of job: UInt128, now: UInt64) {
    books.withLock { books in books.note(sign, of: job, now: now) }
  }

  /// Counts content that has passed.
  public func charge(_ caller: Caller, bytes: UInt64, under policy: RatePolicy, now: UInt64) {
    guard bytes > 0 else { return }
    books.withLock { books in books.charge(caller, bytes, policy, now: now) }
  }

  /// What `caller` may do, and has done.
  public func quota(of caller: Caller, under policy: RatePolicy, now: UInt64) -> [RateQuota] {
    books.withLock { books in books.quota(of: caller, policy, now: now) }
  }

  /// How many callers are remembered.
  public var callerCount: Int { books.withLock { $0.callers.count } }

  /// How many queued jobs are followed.
  public var jobCount: Int { books.withLock { $0.jobs.count } }
}

/// One limit of a caller, as it stands.
public struct RateQuota: Sendable, Equatable {
  public let name: RateName
  public let limit: UInt64
  /// Nanoseconds; nil where things are counted that are there at once.
  public let window: UInt64?
  public let used: UInt64
  public let remaining: UInt64
  /// Nanoseconds until nothing is used any more; nil where only the caller's own ends can tell.
  public let resets: UInt64?
}
