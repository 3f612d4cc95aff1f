import Testing

@testable import Ledger

@Suite("Where a ledger is kept")
struct LedgerStoreTests {
  @Test(
    "the place is read as the setting names it",
    arguments: [
      ("memory", LedgerStore.memory), ("sqlite:/a/b.db", .sqlite("/a/b.db")), ("sqlite:b.db", .sqlite("b.db")),
      ("sqlite:", nil), ("", nil), ("auto", nil), ("redis:x", nil), ("SQLITE:/a", nil),
    ])
  func places(text: String, store: LedgerStore?) { #expect(LedgerStore(text) == store) }

  @Test("what cannot be opened or read is a sentence that says what to do")
  func faults() {
    #expect(throws: LedgerFault.self) { try LedgerStore.memory.read(.mismatches) }
    do throws(LedgerFault) {
      _ = try LedgerStore.sqlite("/nowhere/at/all/ledger.db").open { _ in }
      Issue.record("it was opened")
    } catch {
      let cure = LedgerStore.hasSQLite ? "make its directory" : "build it where libsqlite3-dev is installed"
      #expect(error.description.contains(cure))
    }
  }
}
