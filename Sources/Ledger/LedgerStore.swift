/// Where a ledger is kept, as `ledger` names it.
public enum LedgerStore: Equatable, Sendable {
  /// Until the process ends.
  case memory
  /// In the file at a path.
  case sqlite(String)

  /// Whether this program was built with SQLite.
  #if SQLITE
    public static let hasSQLite = true
  #else
    public static let hasSQLite = false
  #endif

  /// `memory` or `sqlite:PATH`; nil for anything else.
  public init?(_ text: String) {
    let prefix = "sqlite:"
    if text == "memory" {
      self = .memory
    } else if text.hasPrefix(prefix), text.utf8.count > prefix.utf8.count {
      self = .sqlite(String(text.dropFirst(prefix.count)))
    } else {
      return nil
    }
  }

  /// Opens it for this process alone.
  /// - Parameter report: hears when it cannot be written, and when it can again; on any thread.
  public func open(report: @escaping @Sendable (String) -> Void) throws(LedgerFault) -> any Ledger {
    switch self {
    case .memory: return MemoryLedger()
    case .sqlite(let path):
      #if SQLITE
        return try SQLiteLedger(path, report: report)
      #else
        throw LedgerStore.withoutSQLite(path)
      #endif
    }
  }

  /// Answers a question while another process may be writing.
  public func read<Answer: Sendable>(_ query: LedgerQuery<Answer>) throws(LedgerFault) -> Answer {
    switch self {
    case .memory:
      throw LedgerFault("a ledger in memory can be seen by nobody but its process; name a file in ledger: sqlite:PATH")
    case .sqlite(let path):
      #if SQLITE
        return try SQLiteFile.read(path, query)
      #else
        throw LedgerStore.withoutSQLite(path)
      #endif
    }
  }

  private static func withoutSQLite(_ path: String) -> LedgerFault {
    LedgerFault(
      "this fal-proxy was built without SQLite, so it cannot open the ledger \(path); build it where libsqlite3-dev is installed, or "
        + "set ledger: memory")
  }
}
