#if SQLITE
  import Glibc
  import Testing
  import Text

  @testable import Ledger

  @Suite("The file of a ledger")
  struct LedgerFileTests {
    private func open(_ path: String) throws -> SQLiteLedger { try SQLiteLedger(path) { _ in } }

    private func fault(_ path: String) -> String? {
      do throws(LedgerFault) {
        try SQLiteLedger(path) { _ in }.close()
        return nil
      } catch {
        return error.description
      }
    }

    private func write(_ bytes: [UInt8], to path: String, at offset: Int = 0) {
      let file = Glibc.open(path, O_RDWR | O_CREAT, 0o600)
      pwrite(file, bytes, bytes.count, offset)
      close(file)
    }

    @Test("what is written is there again, and an orphan stays charged")
    func reopened() async throws {
      let folder = try Folder()
      let path = folder.path + "/ledger.db"
      var ledger = try open(path)
      #expect(ledger.orphans == 0)
      for number in Int64(1)...4 { _ = await ledger.reserve(.of(number, 10)) }
      await ledger.change(.id(Reservation.id(2)), .billed(Units(2)))
      await ledger.change(.id(Reservation.id(3)), .queued(job: "job", at: 3))
      ledger.close()
      ledger = try open(path)
      #expect(ledger.orphans == 2)
      var states: [LedgerState?] = []
      for number in Int64(1)...4 { states.append(await ledger.read(.entry(.id(Reservation.id(number))))??.state) }
      #expect(states == [.kept, .settled, .queued, .kept])
      #expect(await ledger.spent(.total) == 50)
      #expect(await ledger.read(.mismatches) == [])
      ledger.close()
      #expect(try open(path).orphans == 0)
    }

    @Test("a second user of the file is refused, and let in once the first is gone")
    func second() async throws {
      let folder = try Folder()
      let path = folder.path + "/ledger.db"
      let ledger = try open(path)
      #expect(fault(path)?.contains("another process has the ledger \(path) open; stop it") == true)
      _ = await ledger.reserve(.of(1, 10))
      // Whoever only reads may, and sees what is committed.
      #expect(try LedgerStore.sqlite(path).read(.usage(by: .user, since: 0)).map(\.cost.nanos) == [10])
      #expect(try LedgerStore.sqlite(path).read(.mismatches) == [])
      ledger.close()
      #expect(fault(path) == nil)
    }

    @Test("an empty file is a fresh ledger")
    func empty() async throws {
      let folder = try Folder()
      write([], to: folder.path + "/ledger.db")
      let ledger = try open(folder.path + "/ledger.db")
      #expect(await ledger.spent(.total) == 0)
      ledger.close()
    }

    @Test(
      "a file that is no ledger is a fault, and stays as it is",
      arguments: [
        "no database at all, but more than a hundred bytes of something else".padded, "SQLite format 3\0".padded,
      ])
    func noDatabase(content: String) throws {
      let folder = try Folder()
      write(Array(content.utf8), to: folder.path + "/ledger.db")
      #expect(fault(folder.path + "/ledger.db")?.contains("is damaged") == true)
    }

    @Test("a ledger that is cut short or overwritten is a fault", arguments: [true, false])
    func damaged(isCut: Bool) async throws {
      let folder = try Folder()
      let path = folder.path + "/ledger.db"
      let ledger = try open(path)
      for number in Int64(1)...500 { _ = await ledger.reserve(.of(number, 10, user: "user \(number)")) }
      ledger.close()
      if isCut { truncate(path, 40_000) } else { write([UInt8](repeating: 0xA5, count: 8192), to: path, at: 8192) }
      #expect(fault(path)?.contains("is damaged") == true)
    }

    @Test("the database of something else, and one of a newer form, are left alone")
    func foreign() throws {
      let folder = try Folder()
      let path = folder.path + "/ledger.db"
      do {
        try SQLiteConnection(path).run("CREATE TABLE mine (a)")
      }
      #expect(fault(path)?.contains("is a database of something else") == true)
      do {
        try SQLiteConnection(path).run(
          "DROP TABLE mine; PRAGMA application_id = \(LedgerSchema.applicationID); PRAGMA user_version = 99")
      }
      #expect(fault(path)?.contains("was written by a newer fal-proxy") == true)
    }

    @Test("a place that cannot be written is a fault that says what to do")
    func unwritable() throws {
      #expect(fault("/nowhere/at/all/ledger.db")?.contains("make its directory") == true)
      let folder = try Folder()
      mkdir(folder.path + "/ledger.db", 0o700)
      #expect(fault(folder.path + "/ledger.db")?.contains("cannot be") == true)
      rmdir(folder.path + "/ledger.db")
      #expect(throws: LedgerFault.self) { try LedgerStore.sqlite(folder.path + "/none.db").read(.mismatches) }
    }

    @Test("sums that were changed behind the ledger's back are found")
    func changed() async throws {
      let folder = try Folder()
      let path = folder.path + "/ledger.db"
      let ledger = try open(path)
      _ = await ledger.reserve(.of(1, 10))
      ledger.close()
      try SQLiteConnection(path).run("UPDATE sums SET amount = 3 WHERE scope = 't'")
      #expect(
        try LedgerStore.sqlite(path).read(.mismatches)
          == [SumMismatch(scope: .total, day: 2026_11_25, sum: 3, entries: 10)])
    }
  }

  extension String {
    fileprivate var padded: String { self + String(repeating: "x", count: 5000) }
  }
#endif
