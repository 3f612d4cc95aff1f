#if SQLITE
  internal import Text

  /// What a ledger asks of its database.
  struct LedgerStatements {
    let byID, byJob, insert, update, sum, add, jobs, due: SQLiteStatement

    private static let columns =
      """
      id, user, "group", endpoint, time, day, estimate, unit_price, state, charged, job, progress, seen, hidden
      """

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
      let entries = "SELECT \(LedgerStatements.columns) FROM entries"
      byID = try connection.statement("\(entries) WHERE id = ?")
      byJob = try connection.statement("\(entries) WHERE job = ? LIMIT 1")
      insert = try connection.statement("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      update = try connection.statement(
        """
        UPDATE entries SET state = ?2, charged = ?3, job = ?4, progress = ?5, seen = ?6, hidden = ?7 WHERE id = ?1
        """)
      sum = try connection.statement("SELECT sum(amount) FROM sums WHERE scope = ? AND day BETWEEN ? AND ?")
      add = try connection.statement(
        "INSERT INTO sums VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount")
      jobs = try connection.statement(
        "\(entries) WHERE user = ? AND job IS NOT NULL AND hidden = 0 AND id < ? ORDER BY id DESC LIMIT ?")
      due = try connection.statement(
        "\(entries) WHERE state = 1 AND state < 2 AND (seen < ? OR seen > ?) ORDER BY seen, id LIMIT ?")
    }

    /// Those that may be forgotten.
    static let old = "WHERE id < ?1 AND day < ?2 AND state >= 2"

    static let forgotten =
      """
      INSERT INTO facts VALUES ('forgotten_through', ?) ON CONFLICT DO UPDATE SET value = max(value, excluded.value)
      """

    /// A process that is no more has left these without knowing whether they left: they stay charged.
    static let keepOrphans = "UPDATE entries SET state = 4 WHERE state = 0 AND state < 2"

    static let mismatches =
      """
      WITH totals (scope, day, total) AS (
        SELECT 'u:' || user, day, sum(charged) FROM entries GROUP BY 1, 2
        UNION ALL SELECT 'g:' || "group", day, sum(charged) FROM entries WHERE "group" IS NOT NULL GROUP BY 1, 2
        UNION ALL SELECT 't', day, sum(charged) FROM entries GROUP BY 1, 2
      ), both (scope, day, amount, total) AS (
        SELECT ifnull(sums.scope, totals.scope), ifnull(sums.day, totals.day), ifnull(amount, 0), ifnull(total, 0)
        FROM sums FULL JOIN totals ON sums.scope = totals.scope AND sums.day = totals.day
      )
      SELECT scope, day, amount, total FROM both
      WHERE amount <> total AND day > ifnull((SELECT value FROM facts WHERE name = 'forgotten_through'), 0)
      ORDER BY day, scope
      """
  }

  extension LedgerEntry {
    /// What stands in a row, in the order of the table.
    init(row: borrowing Row) {
      self.init(
        id: row.id(0), user: row.text(1) ?? "", group: row.text(2), endpoint: row.text(3) ?? "", time: row.integer(4),
        day: row.integer(5), estimate: Money(nanos: max(0, row.integer(6))),
        unitPrice: row.optionalInteger(7).map { Money(nanos: max(0, $0)) },
        state: LedgerState(rawValue: row.integer(8)) ?? .kept, charged: Money(nanos: max(0, row.integer(9))),
        job: row.text(10), progress: JobProgress(rawValue: row.integer(11)) ?? .queued, seen: row.integer(12),
        isHidden: row.integer(13) != 0)
    }
  }

  extension LedgerScope {
    /// As a table has it.
    var text: String {
      switch self {
      case .user(let name): "u:" + name
      case .group(let name): "g:" + name
      case .total: "t"
      }
    }

    init(text: String) {
      let name = String(text.dropFirst(2))
      self = text.hasPrefix("u:") ? .user(name) : text.hasPrefix("g:") ? .group(name) : .total
    }
  }
#endif
