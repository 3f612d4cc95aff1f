#if SQLITE
  internal import System

  /// The file of a ledger: taken, opened and judged.
  enum SQLiteFile {
    /// A larger file is not looked through at the start; that takes seconds.
    private static let checkedSize = 64 << 20

    /// Takes the file for this process.
    static func lock(_ path: String) throws(LedgerFault) -> OwnedDescriptor {
      do throws(SystemError) {
        let lock = try Syscalls.lockPrivateFile(path + "-lock")
        try Syscalls.createPrivateFile(path)
        return lock
      } catch {
        throw error.isTaken
          ? LedgerFault("another process has the ledger \(path) open; stop it, or name another file in ledger")
          : LedgerFault(
            "the ledger \(path) cannot be written: \(error.reason); make its directory, and let the account of fal-proxy write "
              + "there")
      }
    }

    /// Opens the file for writing, as a ledger of the present form.
    static func open(_ path: String) throws(LedgerFault) -> SQLiteConnection {
      let opened: Result<SQLiteConnection, LedgerFault>
      do throws(SQLiteError) {
        opened = try judged(SQLiteConnection(path), path)
      } catch {
        throw fault(error, path)
      }
      return try opened.get()
    }

    /// Answers a question from the file, which another process may be writing.
    static func read<Answer>(_ path: String, _ query: LedgerQuery<Answer>) throws(LedgerFault) -> Answer {
      guard Syscalls.fileSize(path) != nil else {
        throw LedgerFault("there is no ledger at \(path); name the one that the proxy uses in ledger")
      }
      let shelf: Result<SQLiteShelf, LedgerFault>
      do throws(SQLiteError) {
        let connection = try SQLiteConnection(path, isReadOnly: true)
        switch try LedgerSchema.version(of: connection, at: path) {
        case .failure(let fault): shelf = .failure(fault)
        case .success(LedgerSchema.version): shelf = .success(try SQLiteShelf(connection))
        case .success:
          shelf = .failure(
            LedgerFault("\(path) is of an older form; start the proxy with it once, which brings it up to date"))
        }
      } catch {
        throw fault(error, path)
      }
      return try query.ask(try shelf.get())
    }

    private static func judged(
      _ connection: SQLiteConnection, _ path: String
    ) throws(SQLiteError) -> Result<SQLiteConnection, LedgerFault> {
      let version: Int
      switch try LedgerSchema.version(of: connection, at: path) {
      case .failure(let fault): return .failure(fault)
      case .success(let known): version = known
      }
      if Syscalls.fileSize(path) ?? 0 <= checkedSize {
        let verdict = try connection.statement("PRAGMA quick_check(1)").first { $0.text(0) ?? "" } ?? ""
        guard verdict == "ok" else { return .failure(damage(verdict, path)) }
      }
      try connection.run(
        """
        PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8192;
        PRAGMA journal_size_limit = \(16 << 20)
        """)
      try LedgerSchema.migrate(connection, from: version)
      // That it can be written shows now.
      try connection.run("INSERT INTO facts VALUES ('starts', 1) ON CONFLICT DO UPDATE SET value = value + 1")
      return .success(connection)
    }

    /// What to say of an error at the start.
    static func fault(_ error: SQLiteError, _ path: String) -> LedgerFault {
      error.isDamage
        ? damage(error.message, path)
        : LedgerFault(
          "the ledger \(path) cannot be used: \(error.message); see to its disk and its permissions, or name another file in "
            + "ledger")
    }

    private static func damage(_ what: String, _ path: String) -> LedgerFault {
      LedgerFault(
        "the ledger \(path) is damaged (\(what)); put a copy of it in its place, or move it away and begin a fresh one, which "
          + "knows nothing of what is spent")
    }
  }
#endif
