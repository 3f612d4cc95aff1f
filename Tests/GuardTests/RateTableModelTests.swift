import Fal
import TestSupport
import Testing

@testable import Guard

@Suite("RateTable, against a model that counts plainly")
struct RateTableModelTests {
  private struct Model {
    var held: [(caller: Int, hold: RateTable.Hold, isJob: Bool, isStream: Bool)] = []
    /// In the order in which they were last seen.
    var jobs: [(key: UInt128, caller: Int, seen: UInt64)] = []

    func jobs(of caller: Int) -> Int {
      held.count { $0.caller == caller && $0.isJob } + jobs.count { $0.caller == caller }
    }

    func streams(of caller: Int) -> Int { held.count { $0.caller == caller && $0.isStream } }

    mutating func expire(now: UInt64, age: UInt64) { jobs.removeAll { now - $0.seen >= age } }

    mutating func touch(_ key: UInt128, now: UInt64) {
      guard let index = jobs.firstIndex(where: { $0.key == key }) else { return }
      let job = jobs.remove(at: index)
      jobs.append((key, job.caller, now))
    }
  }

  private static let expiry: UInt64 = 500

  @Test(
    "whatever happens in whatever order, what is in flight is counted, and at the end nothing is", arguments: 0..<30)
  func model(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    // Fewer places than callers: some are forgotten, and none that has something in flight.
    let (callers, places) = (12, seed % 2 == 0 ? 12 : 7)
    var limits = RateLimits()
    (limits.jobs, limits.streams) = (3, 2)
    let policy = RatePolicy(limits, identities: places, jobsExpire: RateTableModelTests.expiry)
    let demands = [
      RateDemand(.submit, mayExecute: true)!, RateDemand(.run, mayExecute: true)!,
      RateDemand(.stream, mayExecute: true)!,
      RateDemand(.statusStream, mayExecute: false)!, RateDemand(.status, mayExecute: false)!,
    ]
    let table = RateTable()
    var (model, now, nextKey) = (Model(), UInt64(1), UInt128(1) << 100)
    for _ in 0..<600 {
      now += UInt64.random(in: 0...20, using: &random)
      let number = Int.random(in: 0..<callers, using: &random)
      let caller = Caller(Identity(UInt128(number) + 1))
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<5:
        let demand = demands.randomElement(using: &random)!
        if let hold = try? table.admit(caller, demand, under: policy, now: now) {
          model.expire(now: now, age: RateTableModelTests.expiry)
          #expect(!demand.isJob || model.jobs(of: number) < 3)
          #expect(!demand.isStream || model.streams(of: number) < 2)
          if !hold.isEmpty { model.held.append((number, hold, demand.isJob, demand.isStream)) }
        }
      case 5, 6:
        guard let index = model.held.indices.randomElement(using: &random) else { continue }
        var entry = model.held.remove(at: index)
        table.release(&entry.hold)
        table.release(&entry.hold)
      case 7:
        guard let index = model.held.firstIndex(where: { $0.isJob && !$0.isStream }) else { continue }
        var entry = model.held.remove(at: index)
        nextKey += 1
        table.follow(&entry.hold, job: nextKey, now: now)
        table.release(&entry.hold)
        model.jobs.append((nextKey, entry.caller, now))
      case 8:
        guard let job = model.jobs.randomElement(using: &random) else { continue }
        table.note(.goesOn, of: job.key, now: now)
        model.touch(job.key, now: now)
      default:
        guard let job = model.jobs.randomElement(using: &random) else { continue }
        table.note(.isOver, of: job.key, now: now)
        model.jobs.removeAll { $0.key == job.key }
      }
      #expect(table.callerCount <= places)
      let watched = Int.random(in: 0..<callers, using: &random)
      let quota = table.quota(of: Caller(Identity(UInt128(watched) + 1)), under: policy, now: now)
      model.expire(now: now, age: RateTableModelTests.expiry)
      #expect(quota.map(\.used) == [UInt64(model.jobs(of: watched)), UInt64(model.streams(of: watched))])
      #expect(table.jobCount == model.jobs.count)
    }
    for index in model.held.indices { table.release(&model.held[index].hold) }
    for number in 0..<callers {
      let quota = table.quota(
        of: Caller(Identity(UInt128(number) + 1)), under: policy, now: now + RateTableModelTests.expiry)
      #expect(quota.map(\.used) == [0, 0])
    }
    #expect(table.jobCount == 0)
  }
}
