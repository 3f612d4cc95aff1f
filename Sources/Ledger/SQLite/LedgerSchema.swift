#if SQLITE
  /// What the tables of a ledger look like, in each version that there has been.
  enum LedgerSchema {
    /// "fal1": that a file is a ledger.
    static let applicationID: Int64 = 0x6661_6C31
    static var version: Int { migrations.count }

    /// What leads from each version to the next. One that was in a release is never changed: another is added.
    ///
    /// A sum is one of a day; what is spent in a month or for ever is the sum of those. Ids begin with the time, so entries
    /// lie in the order in which they were made.
    private static let migrations = [
      """
      CREATE TABLE entries (
        id BLOB NOT NULL PRIMARY KEY, user TEXT NOT NULL, "group" TEXT, endpoint TEXT NOT NULL, time INTEGER NOT NULL,
        day INTEGER NOT NULL, estimate INTEGER NOT NULL, unit_price INTEGER, state INTEGER NOT NULL,
        charged INTEGER NOT NULL, job TEXT, progress INTEGER NOT NULL, seen INTEGER NOT NULL, hidden INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX entries_open ON entries (state, seen) WHERE state < 2;
      CREATE INDEX entries_job ON entries (job) WHERE job IS NOT NULL;
      CREATE INDEX entries_user ON entries (user, id) WHERE job IS NOT NULL AND hidden = 0;
      CREATE TABLE sums (
        scope TEXT NOT NULL, day INTEGER NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (scope, day)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE facts (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      """
    ]

    /// The version of a ledger, 0 of an empty file; a fault for one that is none, or is newer than this program.
    static func version(
      of connection: SQLiteConnection, at path: String
    ) throws(SQLiteError) -> Result<Int, LedgerFault> {
      let version = Int(try connection.number("PRAGMA user_version"))
      let application = try connection.number("PRAGMA application_id")
      let isEmpty = try connection.number("SELECT count(*) FROM sqlite_schema") == 0
      if version == 0, application == 0, isEmpty { return .success(0) }
      guard application == applicationID else {
        return .failure(
          LedgerFault("\(path) is a database of something else; name another file in ledger, and leave this one alone"))
      }
      guard version <= LedgerSchema.version else {
        return .failure(
          LedgerFault(
            "\(path) was written by a newer fal-proxy (its form is \(version), this one knows \(LedgerSchema.version)); "
              + "run that version, or name another file in ledger"))
      }
      return .success(version)
    }

    /// Brings a ledger from `version` to the present one, as a whole or not at all.
    static func migrate(_ connection: SQLiteConnection, from version: Int) throws(SQLiteError) {
      guard version < LedgerSchema.version else { return }
      var script = "BEGIN IMMEDIATE;\n"
      for migration in migrations[version...] { script += migration + "\n" }
      script += "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(LedgerSchema.version); COMMIT"
      do throws(SQLiteError) {
        try connection.run(script)
      } catch {
        connection.rollBack()
        throw error
      }
    }
  }
#endif
