#if SQLITE
  internal import Dispatch
  internal import Synchronization
  internal import System
  internal import Text

  /// A ledger in a file, which one process writes. Everything that is asked while a transaction runs goes into the next one.
  public final class SQLiteLedger: Ledger {
    private let queue = DispatchQueue(label: "fal-proxy.ledger", qos: .userInitiated)
    private let waiting = Mutex(Waiting())
    /// Touched on `queue` only; nil once it is closed.
    nonisolated(unsafe) private var writer: LedgerWriter?
    /// Touched on `queue` only.
    nonisolated(unsafe) private var retries = false
    /// How many reservations a process that ended in their midst has left; they stay charged at their estimate.
    public let orphans: Int

    private struct Waiting {
      var writes: [LedgerWrite] = []
      var tasks: [@Sendable (LedgerWriter?) -> Void] = []
      var isScheduled = false
      var isClosed = false
    }

    /// Opens the ledger at `path`, a fresh one where there is none.
    /// - Parameter report: hears when it cannot be written, and when it can again; on a queue of the ledger's.
    public init(_ path: String, report: @escaping @Sendable (String) -> Void) throws(LedgerFault) {
      let lock = try SQLiteFile.lock(path)
      let connection = try SQLiteFile.open(path)
      do throws(SQLiteError) {
        try connection.run(LedgerStatements.keepOrphans)
        orphans = connection.changes
        writer = try LedgerWriter(connection, path: path, lock: lock, report: report)
      } catch {
        throw SQLiteFile.fault(error, path)
      }
    }

    public func reserve(_ reservation: Reservation, _ answer: @escaping @Sendable (ReserveAnswer) -> Void) {
      if !enqueue({ $0.writes.append(.reserve(reservation, answer)) }) { answer(.unavailable) }
    }

    public func change(
      _ key: LedgerKey, _ change: LedgerChange, _ answer: @escaping @Sendable (ChangeAnswer) -> Void
    ) {
      if !enqueue({ $0.writes.append(.change(key, change, answer)) }) { answer(.unavailable) }
    }

    public func read<Answer: Sendable>(_ query: LedgerQuery<Answer>, _ answer: @escaping @Sendable (Answer?) -> Void) {
      task(answer) { writer in try? query.ask(writer.shelf) }
    }

    public func prune(before time: Int64, day: Int64, _ answer: @escaping @Sendable (Int?) -> Void) {
      task(answer) { writer in
        writer.with { shelf throws(LedgerFault) in try shelf.prune(before: time, day: day) }
      }
    }

    public func close() {
      waiting.withLock { $0.isClosed = true }
      queue.sync {
        drain()
        if writer?.isBehind == true { writer?.write([], now: SystemClock.monotonicNanoseconds() + LedgerWriter.pause) }
        writer = nil
      }
    }

    private func task<Answer: Sendable>(
      _ answer: @escaping @Sendable (Answer?) -> Void, _ body: @escaping @Sendable (LedgerWriter) -> Answer?
    ) {
      if !enqueue({ $0.tasks.append { writer in answer(writer.flatMap(body)) } }) { answer(nil) }
    }

    /// - Returns: whether it is not closed.
    private func enqueue(_ add: (inout Waiting) -> Void) -> Bool {
      let (isOpen, isFirst) = waiting.withLock { waiting in
        guard !waiting.isClosed else { return (false, false) }
        add(&waiting)
        defer { waiting.isScheduled = true }
        return (true, !waiting.isScheduled)
      }
      if isFirst { queue.async { self.drain() } }
      return isOpen
    }

    /// Does what waits, until nothing does.
    private func drain() {
      while true {
        let next = waiting.withLock { waiting in
          defer { (waiting.writes, waiting.tasks) = ([], []) }
          waiting.isScheduled = !waiting.writes.isEmpty || !waiting.tasks.isEmpty
          return waiting
        }
        guard next.isScheduled else { return }
        if !next.writes.isEmpty { writer?.write(next.writes) }
        // Behind what was asked before them.
        for task in next.tasks { task(writer) }
        retryLater()
      }
    }

    private func retryLater() {
      guard writer?.isBehind == true, !retries else { return }
      retries = true
      queue.asyncAfter(deadline: .now() + .nanoseconds(Int(LedgerWriter.pause))) { [weak self] in
        guard let self else { return }
        retries = false
        writer?.write([])
        retryLater()
      }
    }
  }
#endif
