import Fal
import Testing

@testable import Guard

@Suite("RateTable: what callers have used")
struct RateTableTests {
  private static let second: UInt64 = 1_000_000_000
  private static let submit = RateDemand(.submit, mayExecute: true)!
  private static let poll = RateDemand(.status, mayExecute: false)!
  private let alice = Caller(Identity(1))
  private let bob = Caller(Identity(2))

  private func limits(_ change: (inout RateLimits) -> Void) -> RateLimits {
    var limits = RateLimits()
    change(&limits)
    return limits
  }

  private func refusal(
    _ table: RateTable, _ caller: Caller, _ demand: RateDemand, _ policy: RatePolicy, now: UInt64 = 0
  ) -> RateRefusal? {
    do throws(RateRefusal) {
      _ = try table.admit(caller, demand, under: policy, now: now)
      return nil
    } catch {
      return error
    }
  }

  @Test("callers count apart, and each kind of request apart")
  func apart() {
    let table = RateTable()
    let policy = RatePolicy(
      limits {
        $0.submits = Rate(2, per: 60 * RateTableTests.second)
        $0.polls = Rate(3, per: RateTableTests.second)
      })
    for _ in 0..<3 { #expect(refusal(table, alice, RateTableTests.poll, policy) == nil) }
    #expect(refusal(table, alice, RateTableTests.poll, policy)?.name == .polls)
    for _ in 0..<2 { #expect(refusal(table, alice, RateTableTests.submit, policy) == nil) }
    let refused = refusal(table, alice, RateTableTests.submit, policy)
    #expect(refused?.name == .submits && refused?.scope == .caller && refused?.wait == 30 * RateTableTests.second)
    #expect(refusal(table, bob, RateTableTests.submit, policy) == nil)
  }

  @Test("a refusal by one limit takes nothing of the others")
  func refusalsTakeNothing() throws {
    let table = RateTable()
    let policy = RatePolicy(
      limits {
        $0.submits = Rate(5, per: 60 * RateTableTests.second)
        $0.jobs = 1
      }, total: limits { $0.submits = Rate(4, per: 60 * RateTableTests.second) })
    var hold = try table.admit(alice, RateTableTests.submit, under: policy, now: 0)
    for _ in 0..<20 { #expect(refusal(table, alice, RateTableTests.submit, policy)?.name == .jobs) }
    #expect(table.quota(of: alice, under: policy, now: 0)[0].used == 1)
    table.release(&hold)
    table.release(&hold)
    #expect(table.quota(of: alice, under: policy, now: 0)[1].used == 0)
    for _ in 0..<3 {
      var hold = try table.admit(alice, RateTableTests.submit, under: policy, now: 0); table.release(&hold)
    }
    #expect(refusal(table, alice, RateTableTests.submit, policy)?.scope == .total)
    #expect(table.quota(of: alice, under: policy, now: 0)[0].used == 4)
  }

  @Test("groups have limits of their own")
  func groups() {
    let table = RateTable()
    let policy = RatePolicy(
      limits { $0.submits = Rate(9, per: RateTableTests.second) },
      groups: [limits { $0.submits = Rate(1, per: RateTableTests.second) }, RateLimits()])
    let (first, second) = (Caller(Identity(3), group: 0), Caller(Identity(4), group: 1))
    #expect(refusal(table, first, RateTableTests.submit, policy) == nil)
    #expect(refusal(table, first, RateTableTests.submit, policy)?.scope == .group)
    for _ in 0..<50 { #expect(refusal(table, second, RateTableTests.submit, policy) == nil) }
  }

  @Test("a queued job counts until its end is seen, or until nothing was seen of it for too long")
  func jobs() throws {
    let table = RateTable()
    let policy = RatePolicy(limits { $0.jobs = 2 }, jobsExpire: 100)
    var one = try table.admit(alice, RateTableTests.submit, under: policy, now: 0)
    table.follow(&one, job: 77, now: 0)
    table.release(&one)
    var two = try table.admit(alice, RateTableTests.submit, under: policy, now: 0)
    table.follow(&two, job: nil, now: 0)
    #expect(table.jobCount == 2 && refusal(table, alice, RateTableTests.submit, policy, now: 50)?.name == .jobs)
    table.note(.goesOn, of: 77, now: 60)
    table.note(.isOver, of: 78, now: 60)
    // The one without an id expires, the one that was seen does not.
    var three = try table.admit(alice, RateTableTests.submit, under: policy, now: 100)
    #expect(table.jobCount == 1 && refusal(table, alice, RateTableTests.submit, policy, now: 100)?.name == .jobs)
    table.release(&three)
    table.note(.isOver, of: 77, now: 101)
    table.note(.isOver, of: 77, now: 101)
    #expect(table.quota(of: alice, under: policy, now: 101)[0].used == 0)
  }

  @Test("a job that is told of twice counts once")
  func twice() throws {
    let table = RateTable()
    let policy = RatePolicy(limits { $0.jobs = 5 })
    for _ in 0..<2 {
      var hold = try table.admit(alice, RateTableTests.submit, under: policy, now: 0)
      table.follow(&hold, job: 5, now: 0)
    }
    #expect(table.quota(of: alice, under: policy, now: 0)[0].used == 1)
  }

  @Test("bytes are refused at the next request, and counted whatever becomes of the caller's place")
  func bytes() {
    let table = RateTable()
    let policy = RatePolicy(limits { $0.bytes = Rate(1000, per: RateTableTests.second) })
    #expect(refusal(table, alice, RateTableTests.poll, policy) == nil)
    table.charge(alice, bytes: 5000, under: policy, now: 0)
    #expect(refusal(table, alice, RateTableTests.poll, policy)?.name == .bytes)
    #expect(refusal(table, bob, RateTableTests.poll, policy) == nil)
    #expect(refusal(table, alice, RateTableTests.poll, policy, now: 5 * RateTableTests.second) == nil)
  }

  @Test("idle callers are forgotten first, in order, and never one with something in flight")
  func forgetting() throws {
    let table = RateTable()
    let policy = RatePolicy(
      limits {
        $0.submits = Rate(1, per: 1000 * RateTableTests.second)
        $0.jobs = 1
      }, identities: 3)
    var held: [RateTable.Hold] = []
    for number: UInt128 in 1...3 {
      held.append(try table.admit(Caller(Identity(number)), RateTableTests.submit, under: policy, now: 0))
    }
    let full = refusal(table, Caller(Identity(4)), RateTableTests.submit, policy)
    #expect(full?.scope == .room && table.callerCount == 3)
    table.release(&held[1])
    var four = try table.admit(Caller(Identity(4)), RateTableTests.submit, under: policy, now: 0)
    #expect(table.callerCount == 3)
    // The others are remembered.
    #expect(refusal(table, Caller(Identity(1)), RateTableTests.submit, policy)?.name == .submits)
    table.release(&four)
    table.release(&held[0])
    table.release(&held[2])
    #expect(table.quota(of: Caller(Identity(1)), under: policy, now: 0).map(\.used) == [1, 0])
    // Asked last, forgotten last.
    #expect(refusal(table, Caller(Identity(1)), RateTableTests.submit, policy)?.name == .submits)
    for number: UInt128 in 5...6 {
      var hold = try table.admit(Caller(Identity(number)), RateTableTests.submit, under: policy, now: 0)
      table.release(&hold)
    }
    #expect(refusal(table, Caller(Identity(1)), RateTableTests.submit, policy)?.name == .submits)
  }

  @Test("however many callers come, no more than rates_identities are remembered, and each look stays short")
  func many() throws {
    let table = RateTable()
    let policy = RatePolicy(limits { $0.submits = Rate(1, per: 1000 * RateTableTests.second) }, identities: 100_000)
    for number in 0..<100 {
      _ = try table.admit(Caller(Identity(UInt128(number))), RateTableTests.poll, under: policy, now: 0)
    }
    for number in 0..<250_000 {
      var hold = try table.admit(
        Caller(Identity(UInt128(number) << 64)), RateTableTests.submit, under: policy, now: UInt64(number))
      table.release(&hold)
    }
    #expect(table.callerCount == 100_000)
    // What a process takes for them is measured where nothing runs beside it: Tests/EndToEndTests/test_rates.py.
    #expect(MemoryLayout<CallerStates.Use>.stride <= 80)
    let (latest, first) = (Caller(Identity(UInt128(249_999) << 64)), Caller(Identity(0)))
    #expect(refusal(table, latest, RateTableTests.submit, policy, now: 250_000)?.name == .submits)
    #expect(refusal(table, first, RateTableTests.submit, policy, now: 250_000) == nil)
  }

  @Test("loops that count at the same time lose nothing")
  func concurrent() async {
    let table = RateTable()
    let policy = RatePolicy(
      limits {
        $0.submits = Rate(1000, per: 1 << 50)
        $0.jobs = 100_000
      })
    let admitted = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          var count = 0
          for _ in 0..<1000 {
            guard var hold = try? table.admit(Caller(Identity(1)), RateTableTests.submit, under: policy, now: 5) else {
              continue
            }
            count += 1
            table.release(&hold)
          }
          return count
        }
      }
      return await group.reduce(0, +)
    }
    #expect(admitted == 1000 && table.quota(of: alice, under: policy, now: 5)[1].used == 0)
  }
}
