import Glibc
import System
import Testing
import Text

@testable import Ledger

/// The stores against which the contract is held.
enum Store: CaseIterable, Sendable, CustomTestStringConvertible {
  case memory
  #if SQLITE
    case sqlite
  #endif

  var testDescription: String { "\(self)" }

  /// A fresh ledger, which is closed behind `body`.
  func with<Answer>(_ body: (any Ledger) async throws -> Answer) async throws -> Answer {
    switch self {
    case .memory: return try await body(MemoryLedger())
    #if SQLITE
      case .sqlite:
        let folder = try Folder()
        let ledger = try SQLiteLedger(folder.path + "/ledger.db") { _ in }
        defer { ledger.close() }
        return try await body(ledger)
    #endif
    }
  }
}

/// A folder that goes with its owner.
final class Folder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/ledger.XXXXXX".utf8CString)
    path = try #require(mkdtemp(&template).map { String(cString: $0) })
  }

  deinit {
    for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db-lock"] { unlink("\(path)/\(name)") }
    rmdir(path)
  }
}

extension Ledger {
  func reserve(_ reservation: Reservation) async -> ReserveAnswer {
    await withCheckedContinuation { waiter in reserve(reservation) { waiter.resume(returning: $0) } }
  }

  @discardableResult
  func change(_ key: LedgerKey, _ change: LedgerChange) async -> ChangeAnswer {
    await withCheckedContinuation { waiter in self.change(key, change) { waiter.resume(returning: $0) } }
  }

  func read<Answer: Sendable>(_ query: LedgerQuery<Answer>) async -> Answer? {
    await withCheckedContinuation { waiter in read(query) { waiter.resume(returning: $0) } }
  }

  func prune(before time: Int64, day: Int64) async -> Int? {
    await withCheckedContinuation { waiter in prune(before: time, day: day) { waiter.resume(returning: $0) } }
  }

  func spent(_ scope: LedgerScope, _ days: ClosedRange<Int64> = 0...9999_12_31) async -> Int64? {
    await read(.spent([LedgerLimit(scope, days: days, most: .zero)]))?.first?.nanos
  }
}

extension Reservation {
  /// One that is short to write down; every id is made at the millisecond that it is.
  static func of(
    _ number: Int64, _ amount: Int64, user: String = "anna", group: String? = nil, day: Int64 = 2026_11_25,
    unitPrice: Int64? = 10, limits: [LedgerLimit] = [], isFinal: Bool = false
  ) -> Reservation {
    Reservation(
      id(number), user: user, group: group, endpoint: "fal-ai/flux", time: number, day: day,
      estimate: Money(nanos: amount), unitPrice: unitPrice.map { Money(nanos: $0) }, limits: limits, isFinal: isFinal)
  }

  static func id(_ number: Int64) -> LedgerID { .first(at: number) }
}

extension LedgerLimit {
  static func user(_ most: Int64, _ days: ClosedRange<Int64> = 2026_11_25...2026_11_25, of user: String = "anna")
    -> LedgerLimit
  {
    LedgerLimit(.user(user), days: days, most: Money(nanos: most))
  }
}
