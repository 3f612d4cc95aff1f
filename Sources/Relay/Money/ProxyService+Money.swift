internal import Fal
internal import Guard
internal import Ledger
internal import System
internal import Text

/// What requests reserve of the budgets of their callers.
extension ProxyService {
  /// What the ledger is asked for.
  struct BudgetOrder {
    let operation: Operation
    let reservation: Reservation
    let limits: [BudgetLimit]
    /// Whether the caller is told what is left.
    let tellsRemaining: Bool
  }

  /// What a request reserves under all budgets that hold for its caller.
  func order(
    _ admission: borrowing Admission, _ target: Target, _ cost: ExpectedCost, _ value: Span<UInt8>, _ terms: MoneyTerms
  ) -> BudgetOrder {
    let time = SystemClock.milliseconds()
    let limits = limits(of: admission, terms, at: time / 1000)
    let group = admission.caller.group.map { admission.generation.callers.groups[$0].name }
    let endpoint = value.extracting(target.endpoint).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    var random = SystemRandomNumberGenerator()
    let reservation = Reservation(
      LedgerID(at: time, using: &random), user: admission.account, group: group, endpoint: endpoint, time: time,
      day: terms.zone.date(at: time / 1000).number, estimate: cost.amount, unitPrice: cost.unitPrice,
      limits: limits.map(\.ledger))
    return BudgetOrder(
      operation: target.operation, reservation: reservation, limits: limits, tellsRemaining: terms.tellsRemaining)
  }

  /// The budgets that hold for the caller at a time in seconds since 1970.
  func limits(of admission: borrowing Admission, _ terms: MoneyTerms, at time: Int64) -> [BudgetLimit] {
    let group = admission.caller.group.map { ($0, admission.generation.callers.groups[$0].name) }
    return terms.limits(user: admission.account, group: group, at: time)
  }

  /// What tells the ledger of the cost of a request that is admitted; nil where nothing is counted.
  func charge(_ admission: borrowing Admission, on target: Target, _ value: Span<UInt8>) -> Charge? {
    if let charge = admission.charge { return charge }
    guard admission.generation.money != nil, let ledger, let id = target.requestID,
      target.operation == .result || target.operation == .status
    else { return nil }
    let own = admission.job?.id ?? value.extracting(id).withUnsafeBufferPointer { [UInt8]($0) }
    return Charge(ledger, for: target.operation, .job(String(decoding: own, as: UTF8.self)))
  }
}

/// What a request is expected to cost.
struct ExpectedCost {
  let amount: Money
  /// Of a unit that fal bills; nil where the amount stands.
  let unitPrice: Money?
}

extension Target {
  /// Whether fal bills for what it does: a submit, run or stream.
  var isBilled: Bool { operation == .submit || operation == .run || operation == .stream }
}
