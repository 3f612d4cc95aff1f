internal import Fal
internal import Guard
internal import Ledger
internal import System
internal import Text

/// What one request has reserved, or the job that it asks about: it tells the ledger, once, what becomes known of the cost.
final class Charge {
  private let ledger: any Ledger
  private let operation: Operation
  private let key: LedgerKey
  private var isDecided = false

  /// - Parameter key: of what the request has reserved, or of the job that it asks about.
  init(_ ledger: any Ledger, for operation: Operation, _ key: LedgerKey) {
    self.ledger = ledger
    self.operation = operation
    self.key = key
  }

  deinit { end(mayHaveRun: false) }

  /// The answer has begun.
  /// - Parameters:
  ///   - units: what fal bills, as a field says it.
  ///   - id: fal's id of the request, where a field tells it.
  ///   - own: the job, where ids are sealed; of one that is known, the content has told the id already.
  func noteHead(status: Int, units: Span<UInt8>?, id: Span<UInt8>?, own: OwnedJob?) {
    guard !isDecided else { return }
    isDecided = true
    var billed: Units?
    if let units { billed = Units(units) }
    var job: String?
    if let own, own.isKnown {
      job = String(decoding: own.id, as: UTF8.self)
    } else if let id {
      job = id.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
    let change = ChargeRule.change(
      operation, status: status, units: billed, job: job, at: SystemClock.milliseconds())
    if let change { ledger.change(key, change) }
  }

  /// The request is over, perhaps without an answer.
  /// - Parameter mayHaveRun: whether fal may have taken it although it has not said so.
  func end(mayHaveRun: Bool) {
    guard !isDecided else { return }
    isDecided = true
    if case .id = key { ledger.change(key, mayHaveRun ? .kept : .released) }
  }
}

extension SystemClock {
  /// Milliseconds since 1970.
  static func milliseconds() -> Int64 {
    let (seconds, nanoseconds) = sinceEpoch()
    return seconds * 1000 + nanoseconds / 1_000_000
  }
}
