import Ledger
import Relay
import Settings
import System
import Text
import Upstream

/// Looks after the ledger while the proxy serves.
enum LedgerCare {
  private static let day: Int64 = 86400

  /// Has jobs settled that nobody fetches, and entries forgotten that are older than `ledger_keep`, once a day.
  static func start(_ ledger: any Ledger, _ fetch: Fetch, _ generation: Generation, _ settings: Settings) {
    let settler = Settler(ledger, fetch, generation)
    Task(priority: .utility) { await settler.run() }
    Task(priority: .utility) {
      repeat { forget(ledger, settings) } while (try? await Task.sleep(for: .seconds(day))) != nil
    }
  }

  private static func forget(_ ledger: any Ledger, _ settings: Settings) {
    let last = SystemClock.sinceEpoch().seconds - Int64(settings.ledgerKeep) * day
    guard let zone = try? BudgetZone.load(settings.budget.timezone) else { return }
    ledger.prune(before: last * 1000, day: zone.date(at: last).number) { _ in }
  }
}
