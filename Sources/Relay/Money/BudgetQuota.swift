internal import Guard
internal import HTTPServer
internal import Ledger
internal import Observability
internal import Text
internal import Transport

/// A question for the quota of a caller that has a budget: the ledger is asked what is spent.
final class BudgetQuota: Exchange {
  let stream: any RequestStream
  private let ledger: any Ledger
  private let rates: [RateQuota]
  private let limits: [BudgetLimit]
  /// Seconds since 1970.
  private let time: Int64
  private var isOver = false

  init(
    on stream: any RequestStream, ledger: any Ledger, rates: [RateQuota], limits: [BudgetLimit], at time: Int64
  ) {
    self.stream = stream
    self.ledger = ledger
    self.rates = rates
    self.limits = limits
    self.time = time
  }

  func start() {
    stream.awaitNothing()
    let handle = stream.loop.handle
    let awaited = Awaited(self)
    ledger.read(.spent(limits.map(\.ledger))) { spent in handle.perform { _ in awaited.take()?.answered(spent) } }
  }

  func clientReady() { if stream.clientIsGone { stream.abort(by: .client) } }

  func clientTimedOut() {}

  func cancel() { isOver = true }

  private func answered(_ spent: [Money]?) {
    guard !isOver else { return }
    guard let spent else { return stream.give(LocalAnswer(.ledgerUnavailable)) }
    let budgets = zip(limits, spent).map { BudgetQuota.text($0, spent: $1, at: time) }
    stream.give(QuotaService.answer(rates, budgets: budgets))
  }

  /// Dollars, and whole seconds until the budget begins anew; null of one that never does.
  static func text(_ limit: BudgetLimit, spent: Money, at time: Int64) -> String {
    let scope: String
    switch limit.scope {
    case .user: scope = "user"
    case .group: scope = "group"
    case .total: scope = "total"
    }
    let resets = limit.window.resets.map { String(max(1, $0 - time)) } ?? "null"
    return "{\"name\":\"\(scope)\",\"period\":\"\(limit.window.period.rawValue)\",\"limit\":\(limit.amount),"
      + "\"spent\":\(min(spent, limit.amount)),\"remaining\":\(limit.amount - spent),\"resets\":\(resets)}"
  }
}
