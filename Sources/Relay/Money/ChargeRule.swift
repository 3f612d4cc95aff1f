internal import Fal
internal import Ledger
internal import Text

/// What an answer of fal says of what a request costs (protocol.md §11). Only what is certain gives anything back.
enum ChargeRule {
  /// - Parameters:
  ///   - units: what fal bills, where it says so.
  ///   - job: fal's id of a job that was queued, where it is known.
  ///   - time: milliseconds since 1970.
  /// - Returns: nil where nothing is said.
  static func change(
    _ operation: Operation, status: Int, units: Units?, job: String?, at time: Int64
  ) -> LedgerChange? {
    switch operation {
    case .submit, .run, .stream, .token: started(operation, status, units, job, time)
    case .result: result(status, units)
    case .status where status == 200: .seen(.completed, at: time)
    default: nil
    }
  }

  private static func started(
    _ operation: Operation, _ status: Int, _ units: Units?, _ job: String?, _ time: Int64
  ) -> LedgerChange {
    // Of a job that is only queued, its result has the bill.
    if let units, operation != .submit || status >= 300 { return .billed(units) }
    switch status {
    case 200..<300 where operation == .submit: return job.map { .queued(job: $0, at: time) } ?? .kept
    // It counts what was set, for good.
    case 200..<300 where operation == .token: return .billed(Units(0))
    case 400...: return .released
    default: return .kept
    }
  }

  private static func result(_ status: Int, _ units: Units?) -> LedgerChange? {
    if let units { return .billed(units) }
    return switch status {
    case 200..<300: .kept
    // What a gateway says of itself says nothing of the job.
    case 502...504: nil
    case 499...599: .released
    default: nil
    }
  }
}
