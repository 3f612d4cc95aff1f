internal import Guard
internal import Ledger
internal import Text

/// A budget in whose window a request falls.
struct BudgetLimit {
  let scope: LedgerScope
  let amount: Money
  let window: BudgetWindow

  /// As the ledger is asked for it.
  var ledger: LedgerLimit { LedgerLimit(scope, days: window.first.number...window.last.number, most: amount) }

  /// Whether it is the caller's, or its group's.
  var isOwn: Bool { scope != .total }

  /// The setting that says so.
  var setting: String {
    switch scope {
    case .user: "budget.user"
    case .group: "budget of the caller's group"
    case .total: "budget.total"
    }
  }
}

extension MoneyTerms {
  /// The budgets that hold for a caller at a time in seconds since 1970.
  /// - Parameter group: its index and name.
  func limits(user: String, group: (index: Int, name: String)?, at time: Int64) -> [BudgetLimit] {
    func limits(_ budget: Budget, _ scope: LedgerScope) -> [BudgetLimit] {
      budget.windows(at: time, in: zone).map { BudgetLimit(scope: scope, amount: $0.amount, window: $0.window) }
    }
    return limits(self.user, .user(user)) + (group.map { limits(groups[$0.index], .group($0.name)) } ?? [])
      + limits(total, .total)
  }
}
