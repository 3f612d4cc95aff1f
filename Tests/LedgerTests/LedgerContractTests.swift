import Testing
import Text

@testable import Ledger

@Suite("What every ledger promises")
struct LedgerContractTests {
  private static let month: ClosedRange<Int64> = 2026_11_01...2026_11_30
  private static let ever: ClosedRange<Int64> = 0...9999_12_31

  @Test("a reservation is granted up to the limit and not beyond it", arguments: Store.allCases)
  func limit(store: Store) async throws {
    try await store.with { ledger in
      for number in 1...3 {
        let answer = await ledger.reserve(.of(Int64(number), 30, limits: [.user(100)]))
        #expect(answer == .committed(spent: [Money(nanos: Int64(number) * 30)]))
      }
      #expect(await ledger.reserve(.of(4, 11, limits: [.user(100)])) == .refused(spent: [Money(nanos: 90)]))
      #expect(await ledger.reserve(.of(5, 10, limits: [.user(100)])) == .committed(spent: [Money(nanos: 100)]))
      #expect(await ledger.reserve(.of(6, 0, limits: [.user(100)])) == .committed(spent: [Money(nanos: 100)]))
      #expect(await ledger.reserve(.of(7, 1, limits: [.user(100)])) == .refused(spent: [Money(nanos: 100)]))
      #expect(await ledger.spent(.user("anna")) == 100)
      #expect(await ledger.read(.entry(.id(Reservation.id(7)))) == .some(nil))
    }
  }

  @Test("of several limits each has to leave room, and those that do not are named", arguments: Store.allCases)
  func several(store: Store) async throws {
    try await store.with { ledger in
      let limits = { (user: String) in
        [
          .user(50, of: user), .user(80, Self.month, of: user),
          LedgerLimit(.group("team"), days: Self.month, most: Money(nanos: 100)),
          LedgerLimit(.total, days: Self.ever, most: Money(nanos: 120)),
        ] as [LedgerLimit]
      }
      func reserve(_ number: Int64, _ amount: Int64, _ user: String, _ day: Int64 = 2026_11_25) async -> ReserveAnswer {
        await ledger.reserve(.of(number, amount, user: user, group: "team", day: day, limits: limits(user)))
      }
      func money(_ values: Int64?...) -> [Money?] { values.map { $0.map { Money(nanos: $0) } } }
      #expect(await reserve(1, 50, "anna") == .committed(spent: [50, 50, 50, 50].map { Money(nanos: $0) }))
      #expect(await reserve(2, 31, "anna") == .refused(spent: money(50, 50, nil, nil)))
      #expect(await reserve(3, 40, "bert") == .committed(spent: [40, 40, 90, 90].map { Money(nanos: $0) }))
      #expect(await reserve(4, 11, "bert") == .refused(spent: money(40, nil, 90, nil)))
      #expect(await ledger.reserve(.of(5, 30, user: "carl")) == .committed(spent: []))
      #expect(await reserve(6, 1, "bert") == .refused(spent: money(nil, nil, nil, 120)))
      #expect(await ledger.spent(.total) == 120)
      #expect(await ledger.spent(.group("team")) == 90)
      #expect(await ledger.read(.mismatches) == [])
    }
  }

  @Test("a window holds what counts on its days, whenever that is settled", arguments: Store.allCases)
  func windows(store: Store) async throws {
    try await store.with { ledger in
      for (number, day) in [2026_10_31, 2026_11_01, 2026_11_25, 2026_11_30, 2026_12_01].enumerated() {
        _ = await ledger.reserve(.of(Int64(number), 10, day: Int64(day)))
      }
      #expect(await ledger.spent(.user("anna"), Self.month) == 30)
      #expect(await ledger.spent(.user("anna"), 2026_11_25...2026_11_25) == 10)
      #expect(await ledger.spent(.user("anna"), Self.ever) == 50)
      await ledger.change(.id(Reservation.id(2)), .billed(Units(3)))
      #expect(await ledger.spent(.user("anna"), Self.month) == 50)
      #expect(await ledger.spent(.user("anna"), 2026_11_25...2026_11_25) == 30)
      #expect(await ledger.spent(.user("anna"), 2026_12_01...2026_12_01) == 10)
      // A clock that jumps back finds the day as it was left, and one that comes back the other.
      let old = LedgerLimit.user(10, 2026_10_31...2026_10_31)
      #expect(await ledger.reserve(.of(9, 1, day: 2026_10_31, limits: [old])) == .refused(spent: [Money(nanos: 10)]))
      let new = LedgerLimit.user(10, 2026_12_01...2026_12_01)
      #expect(await ledger.reserve(.of(9, 1, day: 2026_12_01, limits: [new])) == .refused(spent: [Money(nanos: 10)]))
    }
  }

  @Test("with an id that is known nothing is counted anew", arguments: Store.allCases)
  func idempotent(store: Store) async throws {
    try await store.with { ledger in
      for _ in 0..<3 {
        #expect(await ledger.reserve(.of(1, 60, limits: [.user(100)])) == .committed(spent: [Money(nanos: 60)]))
      }
      #expect(await ledger.spent(.total) == 60)
    }
  }

  @Test(
    "what a reservation costs does not hang on how often or in which order things become known",
    arguments: Store.allCases)
  func changes(store: Store) async throws {
    let rows: [(changes: [LedgerChange], state: LedgerState, charged: Int64)] = [
      ([], .reserved, 25), ([.billed(Units(2))], .settled, 20), ([.billed(Units(2)), .billed(Units(7))], .settled, 20),
      ([.billed(Units(0))], .settled, 0), ([.released], .released, 0), ([.released, .released], .released, 0),
      ([.billed(Units(2)), .released], .settled, 20), ([.released, .billed(Units(2))], .settled, 20),
      ([.kept], .kept, 25), ([.kept, .kept, .released], .released, 0), ([.kept, .billed(Units(9))], .settled, 90),
      ([.billed(Units(2)), .kept], .settled, 20), ([.queued(job: "j", at: 5)], .queued, 25),
      ([.queued(job: "j", at: 5), .queued(job: "k", at: 9), .kept], .kept, 25),
      ([.released, .queued(job: "j", at: 5)], .released, 0),
      ([.queued(job: "j", at: 5), .billed(Units(3))], .settled, 30),
      ([.kept, .queued(job: "j", at: 5)], .queued, 25), ([.released, .kept], .released, 0),
    ]
    try await store.with { ledger in
      for (index, row) in rows.enumerated() {
        let (id, user) = (Int64(index + 1), "user \(index)")
        _ = await ledger.reserve(.of(id, 25, user: user, group: "g"))
        for change in row.changes { await ledger.change(.id(Reservation.id(id)), change) }
        let entry = try #require(await ledger.read(.entry(.id(Reservation.id(id)))) ?? nil)
        #expect(entry.state == row.state && entry.charged.nanos == row.charged, "\(row.changes)")
        #expect(await ledger.spent(.user(user)) == row.charged)
      }
      #expect(await ledger.spent(.group("g")) == rows.reduce(0) { $0 + $1.charged })
      #expect(await ledger.read(.mismatches) == [])
    }
  }

  @Test("where no price is known the estimate stands, and a token is charged for good", arguments: Store.allCases)
  func fixed(store: Store) async throws {
    try await store.with { ledger in
      _ = await ledger.reserve(.of(1, 25, unitPrice: nil))
      await ledger.change(.id(Reservation.id(1)), .billed(Units(9)))
      _ = await ledger.reserve(.of(2, 40, isFinal: true))
      await ledger.change(.id(Reservation.id(2)), .released)
      #expect(await ledger.spent(.total) == 65)
      // More than anybody has is as much as an entry can count.
      _ = await ledger.reserve(.of(3, .max))
      #expect(await ledger.spent(.total) == 65 + LedgerEntry.most.nanos)
    }
  }

  @Test("what is not known cannot be changed", arguments: Store.allCases)
  func unknown(store: Store) async throws {
    try await store.with { ledger in
      #expect(await ledger.change(.id(Reservation.id(1)), .released) == .unknown)
      #expect(await ledger.change(.job("nobody's"), .billed(Units(1))) == .unknown)
      #expect(await ledger.spent(.total) == 0)
    }
  }

  @Test("a job is found by fal's id, listed to its user alone, page by page, and hidden", arguments: Store.allCases)
  func jobs(store: Store) async throws {
    try await store.with { ledger in
      for number in Int64(1)...7 {
        let user = number == 4 ? "bert" : "anna"
        _ = await ledger.reserve(.of(number, 10, user: user))
        if number != 5 { await ledger.change(.id(Reservation.id(number)), .queued(job: "job \(number)", at: number)) }
      }
      await ledger.change(.job("job 2"), .hidden)
      await ledger.change(.job("job 3"), .billed(Units(2)))
      func page(_ before: Int64?) async -> [String]? {
        await ledger.read(.jobs(of: "anna", before: before.map(Reservation.id), limit: 2))?.compactMap(\.job)
      }
      #expect(await page(nil) == ["job 7", "job 6"])
      #expect(await page(6) == ["job 3", "job 1"])
      #expect(await page(1) == [])
      #expect(await ledger.read(.entry(.job("job 3")))??.charged.nanos == 20)
      // Hidden ones count all the same.
      #expect(await ledger.spent(.user("anna")) == 70)
    }
  }

  @Test("a job is due when it was not seen for a while, or since it was seen to be over", arguments: Store.allCases)
  func due(store: Store) async throws {
    try await store.with { ledger in
      for number in Int64(1)...6 {
        _ = await ledger.reserve(.of(number, 10))
        if number < 6 { await ledger.change(.id(Reservation.id(number)), .queued(job: "\(number)", at: 100)) }
      }
      await ledger.change(.job("1"), .seen(.running, at: 300))
      await ledger.change(.job("2"), .seen(.completed, at: 150))
      await ledger.change(.job("2"), .seen(.running, at: 300))
      await ledger.change(.job("3"), .billed(Units(1)))
      // By a clock that was ahead.
      await ledger.change(.job("4"), .seen(.queued, at: 9000))
      let due = await ledger.read(.due(notSeenWithin: 200...400, limit: 10))
      #expect(due?.compactMap(\.job) == ["5", "2", "4"])
      #expect(due?.map(\.progress) == [.queued, .completed, .queued])
      #expect(await ledger.read(.due(notSeenWithin: 200...400, limit: 1))?.count == 1)
    }
  }

  @Test("usage is told apart by user, group, endpoint and day, without what was released", arguments: Store.allCases)
  func usage(store: Store) async throws {
    try await store.with { ledger in
      _ = await ledger.reserve(.of(10, 10, user: "anna", group: "team"))
      _ = await ledger.reserve(.of(20, 20, user: "bert", group: "team", day: 2026_11_26))
      _ = await ledger.reserve(.of(30, 30, user: "anna"))
      _ = await ledger.reserve(.of(40, 40, user: "anna"))
      await ledger.change(.id(Reservation.id(40)), .released)
      func rows(_ grouping: UsageGrouping, since: Int64 = 0) async -> [UsageRow]? {
        await ledger.read(.usage(by: grouping, since: since))
      }
      func row(_ key: String, _ count: Int64, _ cost: Int64) -> UsageRow {
        UsageRow(key: key, count: count, cost: Money(nanos: cost))
      }
      #expect(await rows(.user) == [row("anna", 2, 40), row("bert", 1, 20)])
      #expect(await rows(.group) == [row("", 1, 30), row("team", 2, 30)])
      #expect(await rows(.endpoint) == [row("fal-ai/flux", 3, 60)])
      #expect(await rows(.day) == [row("2026-11-25", 2, 40), row("2026-11-26", 1, 20)])
      #expect(await rows(.user, since: 20) == [row("anna", 1, 30), row("bert", 1, 20)])
    }
  }

  @Test("what is forgotten still counts, and what is open is not forgotten", arguments: Store.allCases)
  func prune(store: Store) async throws {
    try await store.with { ledger in
      for number in Int64(1)...4 { _ = await ledger.reserve(.of(number, 10, day: 2026_11_20 + number)) }
      for number in Int64(2)...4 { await ledger.change(.id(Reservation.id(number)), .billed(Units(2))) }
      #expect(await ledger.prune(before: 4, day: 2026_11_24) == 2)
      #expect(await ledger.prune(before: 4, day: 2026_11_24) == 0)
      #expect(await ledger.read(.usage(by: .day, since: 0))?.map(\.count) == [1, 1])
      #expect(await ledger.spent(.user("anna"), Self.month) == 70)
      #expect(await ledger.spent(.total) == 70)
      #expect(await ledger.read(.mismatches) == [])
    }
  }

  @Test("of three hundred at once against a budget for exactly ten, exactly ten are granted", arguments: Store.allCases)
  func crowd(store: Store) async throws {
    try await store.with { ledger in
      let granted = await withTaskGroup(of: Bool.self) { group in
        for number in Int64(1)...300 {
          group.addTask {
            if case .committed = await ledger.reserve(.of(number, 7, limits: [.user(70)])) { true } else { false }
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(granted == 10)
      #expect(await ledger.spent(.total) == 70)
    }
  }

  @Test("a closed ledger grants nothing", arguments: Store.allCases)
  func closed(store: Store) async throws {
    try await store.with { ledger in
      ledger.close()
      #expect(await ledger.reserve(.of(1, 1)) == .unavailable)
      #expect(await ledger.change(.id(Reservation.id(1)), .released) == .unavailable)
      #expect(await ledger.spent(.total) == nil)
    }
  }
}
