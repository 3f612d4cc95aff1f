#if SQLITE
  internal import Text

  /// Entries and sums in a database. Sums are held in memory as well, and written with the next `flush`, each once however often
  /// it has changed.
  final class SQLiteShelf: LedgerShelf {
    private let statements: LedgerStatements
    private let connection: SQLiteConnection
    private var sums = SumCache()

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
      self.connection = connection
      statements = try LedgerStatements(connection)
    }

    func entry(_ key: LedgerKey) throws(LedgerFault) -> LedgerEntry? {
      try faulting { () throws(SQLiteError) in
        switch key {
        case .id(let id): try statements.byID.first([.id(id)], LedgerEntry.init(row:))
        case .job(let job): try statements.byJob.first([.text(job)], LedgerEntry.init(row:))
        }
      }
    }

    func put(_ entry: LedgerEntry, isNew: Bool) throws(LedgerFault) {
      let fate: [SQLiteStatement.Value] = [
        .integer(entry.state.rawValue), .integer(entry.charged.nanos), .text(entry.job),
        .integer(entry.progress.rawValue), .integer(entry.seen), .integer(entry.isHidden ? 1 : 0),
      ]
      try faulting { () throws(SQLiteError) in
        guard isNew else { return try statements.update.run([.id(entry.id)] + fate) }
        try statements.insert.run(
          [
            .id(entry.id), .text(entry.user), .text(entry.group), .text(entry.endpoint), .integer(entry.time),
            .integer(entry.day), .integer(entry.estimate.nanos), .integer(entry.unitPrice?.nanos),
          ] + fate)
      }
    }

    func sum(_ scope: LedgerScope, _ days: ClosedRange<Int64>) throws(LedgerFault) -> Money {
      if let known = sums[scope, days] { return Money(nanos: max(0, known)) }
      let written = try faulting { () throws(SQLiteError) in
        try statements.sum.first(
          [.text(scope.text), .integer(days.lowerBound), .integer(days.upperBound)], { $0.integer(0) }) ?? 0
      }
      return Money(nanos: max(0, sums.keep(written, scope, days)))
    }

    func add(_ nanos: Int64, _ scope: LedgerScope, day: Int64) { sums.add(nanos, scope, day: day) }

    /// Writes the sums that have changed.
    func flush() throws(LedgerFault) {
      for (key, nanos) in sums.takeChanges() {
        try faulting { () throws(SQLiteError) in
          try statements.add.run([.text(key.scope.text), .integer(key.day), .integer(nanos)])
        }
      }
    }

    /// Forgets what is held in memory, as it was not kept.
    func forget() { sums = SumCache() }

    func jobs(of user: String, before: LedgerID?, _ limit: Int) throws(LedgerFault) -> [LedgerEntry] {
      try faulting { () throws(SQLiteError) in
        try statements.jobs.all(
          [.text(user), .id(before ?? LedgerID(.max)), .integer(Int64(limit))], LedgerEntry.init(row:))
      }
    }

    func due(_ times: ClosedRange<Int64>, _ limit: Int) throws(LedgerFault) -> [LedgerEntry] {
      try faulting { () throws(SQLiteError) in
        try statements.due.all(
          [.integer(times.lowerBound), .integer(times.upperBound), .integer(Int64(limit))], LedgerEntry.init(row:))
      }
    }

    func usage(_ grouping: UsageGrouping, since time: Int64) throws(LedgerFault) -> [UsageRow] {
      try faulting { () throws(SQLiteError) in
        try connection.statement(
          """
          SELECT ifnull("\(grouping.rawValue)", ''), count(*), sum(charged) FROM entries
          WHERE id >= ? AND state <> \(LedgerState.released.rawValue) GROUP BY 1 ORDER BY 1
          """
        ).all([.id(.first(at: time))]) { row in
          let key = grouping == .day ? CalendarDate(number: row.integer(0)).description : row.text(0) ?? ""
          return UsageRow(key: key, count: row.integer(1), cost: Money(nanos: max(0, row.integer(2))))
        }
      }
    }

    func mismatches() throws(LedgerFault) -> [SumMismatch] {
      try faulting { () throws(SQLiteError) in
        try connection.statement(LedgerStatements.mismatches).all { row in
          SumMismatch(
            scope: LedgerScope(text: row.text(0) ?? ""), day: row.integer(1), sum: row.integer(2),
            entries: row.integer(3))
        }
      }
    }

    func prune(before time: Int64, day: Int64) throws(LedgerFault) -> Int {
      try faulting { () throws(SQLiteError) in
        let oldest = LedgerID.first(at: time)
        let last = try connection.statement("SELECT max(day) FROM entries \(LedgerStatements.old)")
          .first([.id(oldest), .integer(day)], { $0.optionalInteger(0) })
        guard let last, let last else { return 0 }
        try connection.statement(LedgerStatements.forgotten).run([.integer(last)])
        try connection.statement("DELETE FROM entries \(LedgerStatements.old)").run([.id(oldest), .integer(day)])
        return connection.changes
      }
    }

    private func faulting<Answer>(_ body: () throws(SQLiteError) -> Answer) throws(LedgerFault) -> Answer {
      do throws(SQLiteError) { return try body() } catch { throw LedgerFault(error.message) }
    }
  }
#endif
