#if SQLITE
  internal import CSQLite

  /// What SQLite said when something failed.
  struct SQLiteError: Error {
    let code: Int32
    let message: String

    /// Whether the file is no database, or not whole.
    var isDamage: Bool { code & 0xFF == SQLITE_CORRUPT || code & 0xFF == SQLITE_NOTADB }
  }

  /// A database that is open; used by one thread at a time.
  final class SQLiteConnection {
    private let handle: OpaquePointer

    /// Opens the file at `path`, which is created unless it is opened for reading only.
    init(_ path: String, isReadOnly: Bool = false) throws(SQLiteError) {
      var handle: OpaquePointer?
      let flags = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      let code = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
      guard code == SQLITE_OK, let handle else {
        let message = String(cString: sqlite3_errstr(code))
        sqlite3_close(handle)
        throw SQLiteError(code: code, message: message)
      }
      self.handle = handle
      // A reader of the file may hold it for a moment.
      sqlite3_busy_timeout(handle, 2000)
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs statements that answer nothing.
    func run(_ sql: String) throws(SQLiteError) {
      let code = sqlite3_exec(handle, sql, nil, nil, nil)
      guard code == SQLITE_OK else { throw error(code) }
    }

    /// A statement, to be run many times.
    func statement(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
      var statement: OpaquePointer?
      let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
      guard code == SQLITE_OK, let statement else { throw error(code) }
      return SQLiteStatement(statement, of: self)
    }

    /// The number that a statement answers with; 0 when it answers with nothing.
    func number(_ sql: String) throws(SQLiteError) -> Int64 {
      try statement(sql).first { $0.integer(0) } ?? 0
    }

    /// How many rows the last statement has changed.
    var changes: Int { Int(sqlite3_changes64(handle)) }

    /// Ends a transaction without keeping what it did; none may have been begun.
    func rollBack() {
      if sqlite3_get_autocommit(handle) == 0 { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
    }

    func error(_ code: Int32) -> SQLiteError {
      SQLiteError(code: code, message: String(cString: sqlite3_errmsg(handle)))
    }
  }

  /// A compiled statement with its parameters.
  final class SQLiteStatement {
    private let handle: OpaquePointer
    /// Stays open as long as its statements are there.
    private let connection: SQLiteConnection

    init(_ handle: OpaquePointer, of connection: SQLiteConnection) {
      self.handle = handle
      self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    /// A value of a parameter.
    enum Value {
      case integer(Int64?)
      case text(String?)
      case id(LedgerID)
    }

    /// Runs the statement, whose parameters are numbered from 1, and does `body` for each row.
    func run(_ values: [Value] = [], _ body: (borrowing Row) -> Void = { _ in }) throws(SQLiteError) {
      defer { sqlite3_reset(handle) }
      for (index, value) in values.enumerated() { try bind(value, Int32(index + 1)) }
      while true {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: body(Row(handle: handle))
        case SQLITE_DONE: return
        case let code: throw connection.error(code)
        }
      }
    }

    /// What `body` makes of the last row; nil when there is none.
    func first<Answer>(_ values: [Value] = [], _ body: (borrowing Row) -> Answer) throws(SQLiteError) -> Answer? {
      var answer: Answer?
      try run(values) { answer = body($0) }
      return answer
    }

    /// What `body` makes of each row.
    func all<Answer>(_ values: [Value] = [], _ body: (borrowing Row) -> Answer) throws(SQLiteError) -> [Answer] {
      var answers: [Answer] = []
      try run(values) { answers.append(body($0)) }
      return answers
    }

    private func bind(_ value: Value, _ index: Int32) throws(SQLiteError) {
      let code =
        switch value {
        case .integer(nil), .text(nil): sqlite3_bind_null(handle, index)
        case .integer(let number?): sqlite3_bind_int64(handle, index, number)
        case .text(let text?): shim_sqlite3_bind_text(handle, index, text, Int32(text.utf8.count))
        case .id(let id):
          withUnsafeBytes(of: id.value.bigEndian) {
            shim_sqlite3_bind_blob(handle, index, $0.baseAddress, Int32($0.count))
          }
        }
      guard code == SQLITE_OK else { throw connection.error(code) }
    }
  }

  /// A row of an answer; its columns are numbered from 0.
  struct Row: ~Copyable {
    fileprivate let handle: OpaquePointer

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func optionalInteger(_ column: Int32) -> Int64? {
      sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : integer(column)
    }

    func text(_ column: Int32) -> String? { sqlite3_column_text(handle, column).map { String(cString: $0) } }

    func id(_ column: Int32) -> LedgerID {
      var value = UInt128(0)
      if let bytes = sqlite3_column_blob(handle, column), sqlite3_column_bytes(handle, column) == 16 {
        withUnsafeMutableBytes(of: &value) { $0.copyMemory(from: UnsafeRawBufferPointer(start: bytes, count: 16)) }
      }
      return LedgerID(UInt128(bigEndian: value))
    }
  }
#endif
