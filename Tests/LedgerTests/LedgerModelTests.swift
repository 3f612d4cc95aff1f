import Glibc
import Synchronization
import TestSupport
import Testing
import Text

@testable import Ledger

@Suite("A ledger, against a model that adds up plainly")
struct LedgerModelTests {
  /// What is known of a reservation that was granted.
  private struct Known {
    var user: String
    var day: Int64
    var estimate: Int64
    var bill: Int64?
    var isReleased = false

    var charged: Int64 { bill ?? (isReleased ? 0 : estimate) }

    mutating func apply(_ change: LedgerChange) {
      switch change {
      case .billed(let units): bill = bill ?? units.nanos / 1_000_000_000 * 10
      case .released: isReleased = true
      default: break
      }
    }
  }

  private struct Model {
    var known: [Int64: Known] = [:]

    func spent(_ user: String?, _ days: ClosedRange<Int64>) -> Int64 {
      known.values.reduce(0) { sum, entry in
        (user == nil || entry.user == user) && days.contains(entry.day) ? sum + entry.charged : sum
      }
    }
  }

  private static let days = [Int64(2026_11_29), 2026_11_30, 2026_12_01]
  private static let users = ["anna", "bert", "carl"]
  private static let ofUser: Int64 = 120
  private static let ofAll: Int64 = 300
  private static let ever: ClosedRange<Int64> = 0...9999_12_31

  private static func reservation(_ number: Int64, using random: inout SplitMix64) -> Reservation {
    let (user, day) = (users.randomElement(using: &random)!, days.randomElement(using: &random)!)
    return .of(
      number, Int64.random(in: 0...40, using: &random), user: user, group: user == "carl" ? nil : "team", day: day,
      limits: [
        .user(ofUser, day...day, of: user), LedgerLimit(.total, days: ever, most: Money(nanos: ofAll)),
      ])
  }

  /// Bills are never above the estimate, nor are there any for what is certain to cost nothing, so that what is spent is never above
  /// the budget.
  private static func change(_ entry: Known, using random: inout SplitMix64) -> LedgerChange {
    switch (Int.random(in: 0..<6, using: &random), entry.isReleased) {
    case (0...1, false): .billed(Units(Int(Int64.random(in: 0...entry.estimate / 10, using: &random))))
    case (0...3, _): .released
    case (4, _): .kept
    default: .seen(.running, at: 1)
    }
  }

  private static func check(_ ledger: any Ledger, _ model: Model) async {
    #expect(await ledger.read(.mismatches) == [])
    #expect(await ledger.spent(.total, ever) == model.spent(nil, ever))
    #expect(model.spent(nil, ever) <= ofAll)
    for user in users {
      for day in days {
        #expect(await ledger.spent(.user(user), day...day) == model.spent(user, day...day))
        #expect(model.spent(user, day...day) <= ofUser)
      }
    }
  }

  private static func step(
    _ ledger: any Ledger, _ model: inout Model, _ number: Int64, using random: inout SplitMix64
  ) async {
    if Int.random(in: 0..<3, using: &random) > 0, let id = model.known.keys.sorted().randomElement(using: &random) {
      let change = change(model.known[id]!, using: &random)
      await ledger.change(.id(Reservation.id(id)), change)
      model.known[id]!.apply(change)
      return
    }
    let reservation = reservation(number, using: &random)
    let entry = reservation.entry
    let sums = reservation.limits.map { limit in
      model.spent(limit.scope == .total ? nil : entry.user, limit.days) + entry.charged.nanos
    }
    let isGranted = zip(sums, reservation.limits).allSatisfy { $0 <= $1.most.nanos }
    switch await ledger.reserve(reservation) {
    case .committed(let spent):
      #expect(isGranted && spent.map(\.nanos) == sums)
      model.known[number] = Known(user: entry.user, day: entry.day, estimate: entry.charged.nanos)
    case .refused: #expect(!isGranted)
    case .unavailable: Issue.record("unavailable")
    }
  }

  @Test("whatever happens in whatever order, the sums are right", arguments: Store.allCases, 0..<8)
  func interleavings(store: Store, seed: Int) async throws {
    try await store.with { ledger in
      var (model, random) = (Model(), SplitMix64(seed: UInt64(seed)))
      for number in Int64(1)...300 {
        await LedgerModelTests.step(ledger, &model, number, using: &random)
        if number % 20 == 0 { await LedgerModelTests.check(ledger, model) }
      }
    }
  }

  #if SQLITE
    /// What was said of things that were asked at once.
    private final class Said: Sendable {
      let reserved = Mutex<Set<Int64>>([])
      let changed = Mutex<Set<Int64>>([])
    }

    @Test("after a crash at any moment everything that was answered is there, and nothing twice", arguments: 0..<12)
    func crashes(seed: Int) async throws {
      var (model, random) = (Model(), SplitMix64(seed: UInt64(seed)))
      var folder = try Folder()
      var number: Int64 = 0
      for _ in 0..<6 {
        let ledger = try SQLiteLedger(folder.path + "/ledger.db") { _ in }
        await LedgerModelTests.check(ledger, model)
        for _ in 0..<20 {
          number += 1
          await LedgerModelTests.step(ledger, &model, number, using: &random)
        }
        // Many things at once, and the crash among them.
        let said = Said()
        var (asked, changes): ([Int64: Reservation], [Int64: LedgerChange]) = ([:], [:])
        for _ in 0..<Int.random(in: 1...60, using: &random) {
          if Bool.random(using: &random), let id = model.known.keys.sorted().randomElement(using: &random),
            changes[id] == nil
          {
            let change = LedgerModelTests.change(model.known[id]!, using: &random)
            changes[id] = change
            ledger.change(.id(Reservation.id(id)), change) { _ in said.changed.withLock { _ = $0.insert(id) } }
          } else {
            number += 1
            let (id, reservation) = (number, LedgerModelTests.reservation(number, using: &random))
            asked[id] = reservation
            ledger.reserve(reservation) { answer in
              if case .committed = answer { said.reserved.withLock { _ = $0.insert(id) } }
            }
          }
        }
        for _ in 0..<Int.random(in: 0...2000, using: &random) { sched_yield() }
        let (reserved, changed) = (said.reserved.withLock { $0 }, said.changed.withLock { $0 })
        let copy = try Folder()
        for name in ["ledger.db", "ledger.db-wal"] { LedgerModelTests.copy(name, from: folder, to: copy) }
        ledger.close()
        folder = copy
        try await LedgerModelTests.learn(folder, &model, asked, reserved, changes, changed)
      }
    }

    /// Takes into the model what the crash has left, which may be more than was answered, and never less.
    private static func learn(
      _ folder: Folder, _ model: inout Model, _ asked: [Int64: Reservation], _ reserved: Set<Int64>,
      _ changes: [Int64: LedgerChange], _ changed: Set<Int64>
    ) async throws {
      let ledger = try SQLiteLedger(folder.path + "/ledger.db") { _ in }
      defer { ledger.close() }
      for (id, reservation) in asked {
        let entry = try #require(await ledger.read(.entry(.id(Reservation.id(id)))))
        #expect(entry != nil || !reserved.contains(id), "a reservation that was granted is lost")
        guard let entry else { continue }
        #expect(entry.state == .kept && entry.charged == reservation.entry.charged)
        model.known[id] = Known(user: entry.user, day: entry.day, estimate: entry.charged.nanos)
      }
      for (id, change) in changes {
        let entry = try #require(await ledger.read(.entry(.id(Reservation.id(id)))) ?? nil)
        var after = try #require(model.known[id])
        after.apply(change)
        if entry.charged.nanos != after.charged {
          #expect(!changed.contains(id) && entry.charged.nanos == model.known[id]!.charged)
        } else {
          // What makes no difference to the sum may make one to what comes later.
          if entry.state == .settled || entry.state == .released || changed.contains(id) { model.known[id] = after }
        }
      }
    }

    private static func copy(_ name: String, from: Folder, to: Folder) {
      guard let source = fopen("\(from.path)/\(name)", "r"), let target = fopen("\(to.path)/\(name)", "w") else {
        return
      }
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = fread(&bytes, 1, bytes.count, source)
        guard count > 0 else { break }
        fwrite(bytes, 1, count, target)
      }
      fclose(source)
      fclose(target)
    }
  #endif
}
