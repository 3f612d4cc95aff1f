#if SQLITE
  internal import System
  internal import Text

  /// Something to be written, and who waits for it.
  enum LedgerWrite: Sendable {
    case reserve(Reservation, @Sendable (ReserveAnswer) -> Void)
    case change(LedgerKey, LedgerChange, @Sendable (ChangeAnswer) -> Void)
  }

  /// Writes what has come together in one transaction. Where that fails, no reservation is granted and no change is lost: it is
  /// tried again with the next one.
  final class LedgerWriter {
    let shelf: SQLiteShelf
    private let connection: SQLiteConnection
    private let begin, commit: SQLiteStatement
    /// Ends with this.
    private let lock: OwnedDescriptor
    private let path: String
    private let report: @Sendable (String) -> Void
    /// Changes that could not be written yet.
    private var retained: [LedgerWrite] = []
    /// Until then nothing is tried; nil while all is well.
    private var pausedUntil: UInt64?

    /// More changes than these are not kept for later; what they are about stays charged as it is.
    private static let retainedLimit = 10_000
    /// Nanoseconds from one try to the next.
    static let pause: UInt64 = 250_000_000

    /// - Parameters:
    ///   - lock: of the file.
    ///   - report: hears when the ledger cannot be written, and when it can again.
    init(
      _ connection: SQLiteConnection, path: String, lock: consuming OwnedDescriptor,
      report: @escaping @Sendable (String) -> Void
    ) throws(SQLiteError) {
      self.connection = connection
      self.lock = lock
      self.path = path
      self.report = report
      shelf = try SQLiteShelf(connection)
      begin = try connection.statement("BEGIN IMMEDIATE")
      commit = try connection.statement("COMMIT")
    }

    /// Whether there is something to try again.
    var isBehind: Bool { !retained.isEmpty }

    /// Writes all of `batch` or nothing, and answers.
    func write(_ batch: [LedgerWrite], now: UInt64 = SystemClock.monotonicNanoseconds()) {
      if let pausedUntil, now < pausedUntil { return refuse(batch, mayBeWritten: false) }
      let batch = retained + batch
      retained = []
      do throws(LedgerFault) {
        for answer in try transact(batch) { answer() }
        if pausedUntil != nil { report("the ledger \(path) can be written again") }
        pausedUntil = nil
      } catch {
        if pausedUntil == nil {
          report(
            "the ledger \(path) cannot be written (\(error)): nothing that costs is let through; "
              + "see to its disk, and it goes on by itself")
        }
        pausedUntil = now + LedgerWriter.pause
        refuse(batch, mayBeWritten: true)
      }
    }

    /// Runs `body`, which asks or removes something, as a whole or not at all.
    func with<Answer>(_ body: (SQLiteShelf) throws(LedgerFault) -> Answer) -> Answer? {
      do throws(LedgerFault) {
        try run(begin)
        let answer = try body(shelf)
        try run(commit)
        return answer
      } catch {
        connection.rollBack()
        return nil
      }
    }

    private func transact(_ batch: [LedgerWrite]) throws(LedgerFault) -> [() -> Void] {
      do throws(LedgerFault) {
        var answers: [() -> Void] = []
        answers.reserveCapacity(batch.count)
        try run(begin)
        for write in batch {
          switch write {
          case .reserve(let reservation, let done):
            let answer = try LedgerBooks.reserve(reservation, on: shelf)
            answers.append { done(answer) }
          case .change(let key, let change, let done):
            let answer = try LedgerBooks.change(key, change, on: shelf)
            answers.append { done(answer) }
          }
        }
        try shelf.flush()
        try run(commit)
        return answers
      } catch {
        connection.rollBack()
        shelf.forget()
        throw error
      }
    }

    private func run(_ statement: SQLiteStatement) throws(LedgerFault) {
      do throws(SQLiteError) { try statement.run() } catch { throw LedgerFault(error.message) }
    }

    /// - Parameter mayBeWritten: whether a reservation may stand in the file although it failed, so that it has to be released.
    private func refuse(_ batch: [LedgerWrite], mayBeWritten: Bool) {
      for write in batch {
        switch write {
        case .reserve(let reservation, let done):
          if mayBeWritten { retained.append(.change(.id(reservation.entry.id), .released) { _ in }) }
          done(.unavailable)
        case .change(_, _, let done):
          if retained.count < LedgerWriter.retainedLimit { retained.append(write) } else { done(.unavailable) }
        }
      }
    }
  }
#endif
