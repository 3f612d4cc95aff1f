internal import Fal
internal import Guard
internal import HTTPWire
package import Ledger
internal import System
internal import Text
package import Upstream

/// Asks fal what jobs have cost whose results nobody fetches, or of which nobody asks any more.
package actor Settler {
  private let ledger: any Ledger
  private let fetch: Fetch
  private let terms: SettlerTerms
  /// How often a job was asked about without learning what it costs, and when it is worth asking again.
  private var tries: [LedgerID: (count: Int, next: Int64)] = [:]

  /// As many are asked about in one round.
  private static let roundLimit = 100
  /// After so many times a job stays charged at its estimate.
  private static let tryLimit = 10
  /// The longest pause between two, in milliseconds.
  private static let longestPause: Int64 = 3_600_000

  package init(_ ledger: any Ledger, _ fetch: Fetch, _ generation: Generation) {
    self.ledger = ledger
    self.fetch = fetch
    terms = generation.settler
  }

  /// Goes on until its task is cancelled.
  package func run() async {
    while (try? await Task.sleep(for: .milliseconds(max(1000, terms.after / 4)))) != nil { await round() }
  }

  /// Asks about the jobs that are due.
  package func round() async {
    let now = SystemClock.milliseconds()
    let query = LedgerQuery<[LedgerEntry]>.due(notSeenWithin: now - terms.after...now, limit: Settler.roundLimit)
    let due: [LedgerEntry]? = await withCheckedContinuation { waiter in
      ledger.read(query) { waiter.resume(returning: $0) }
    }
    let ids = Set((due ?? []).map(\.id))
    tries = tries.filter { ids.contains($0.key) }
    for entry in due ?? [] where tries[entry.id]?.next ?? 0 <= now { await ask(about: entry, now) }
  }

  private func ask(about entry: LedgerEntry, _ now: Int64) async {
    guard let job = entry.job, let app = EndpointID(entry.endpoint)?.app else {
      return ledger.change(.id(entry.id), .kept)
    }
    let path = "/\(app)/requests/\(job)"
    if entry.progress < .completed {
      guard let answer = await answer("\(path)/status") else { return putOff(entry, now) }
      switch SettlerTerms.change(status: answer.status, content: answer.content, at: now) {
      case .seen(.completed, _)?: break
      case let change?: return ledger.change(.id(entry.id), change)
      case nil: return putOff(entry, now)
      }
    }
    guard let answer = await answer(path, headOnly: true) else { return putOff(entry, now) }
    let units = answer.first("x-fal-billable-units").flatMap { Units($0) }
    guard
      let change = ChargeRule.change(.result, status: answer.status, units: units, job: nil, at: now)
    else { return putOff(entry, now) }
    ledger.change(.id(entry.id), change)
  }

  private func answer(_ path: String, headOnly: Bool = false) async -> FetchResponse? {
    var request = FetchRequest(.get, terms.destination(path))
    request.fields = [FetchField("authorization", terms.authorization)]
    request.headOnly = headOnly
    return try? await fetch.fetch(request)
  }

  /// Later and later, and in the end never.
  private func putOff(_ entry: LedgerEntry, _ now: Int64) {
    let count = (tries[entry.id]?.count ?? 0) + 1
    guard count < Settler.tryLimit else { return ledger.change(.id(entry.id), .kept) }
    tries[entry.id] = (count, now + min(Settler.longestPause, terms.after << Int64(count - 1)))
  }
}
