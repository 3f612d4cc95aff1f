public import Text

/// What stands for a reservation: later ones are greater, as the time stands in front.
public struct LedgerID: Hashable, Comparable, Sendable {
  /// 48 bits of milliseconds since 1970, and 80 that nobody else has.
  public let value: UInt128

  /// An id that is `value`.
  public init(_ value: UInt128) { self.value = value }

  /// A fresh one, at a time in milliseconds since 1970.
  public init(at time: Int64, using random: inout some RandomNumberGenerator) {
    let rest = UInt128(UInt16.random(in: 0...UInt16.max, using: &random)) << 64 | UInt128(random.next() as UInt64)
    value = UInt128(UInt64(clamping: time)) << 80 | rest
  }

  /// The smallest that a time in milliseconds since 1970 can have.
  public static func first(at time: Int64) -> LedgerID { LedgerID(UInt128(UInt64(clamping: time)) << 80) }

  public static func < (left: LedgerID, right: LedgerID) -> Bool { left.value < right.value }
}

/// Whose spending is added up.
public enum LedgerScope: Hashable, Sendable {
  case user(String)
  case group(String)
  case total
}

/// What has become of a reservation.
public enum LedgerState: Int64, Sendable, CaseIterable {
  /// It may not have left yet, or its answer is not there.
  case reserved = 0
  /// fal has taken it as a job.
  case queued = 1
  /// It costs what fal has billed.
  case settled = 2
  /// It costs nothing.
  case released = 3
  /// Nobody will hear what it cost, so that it stays at its estimate.
  case kept = 4

  /// Whether something may still be heard of it.
  public var isOpen: Bool { self == .reserved || self == .queued }
}

/// What was last seen of a job.
public enum JobProgress: Int64, Sendable, CaseIterable {
  case queued = 0
  case running = 1
  case completed = 2
  case failed = 3
  case cancelled = 4
}

/// One reservation and what has become of it. Of what was asked for and what came of it, nothing is kept.
public struct LedgerEntry: Hashable, Sendable {
  public let id: LedgerID
  public let user: String
  public let group: String?
  public let endpoint: String
  /// Milliseconds since 1970.
  public let time: Int64
  /// The day on which it counts, as `CalendarDate.number`, whenever it is settled.
  public let day: Int64
  /// What it was expected to cost.
  public let estimate: Money
  /// Of a unit; nil where the estimate stands, whatever fal bills.
  public let unitPrice: Money?

  public internal(set) var state = LedgerState.reserved
  /// What it counts.
  public internal(set) var charged: Money
  /// fal's id of the job.
  public internal(set) var job: String?
  public internal(set) var progress = JobProgress.queued
  /// When something was last seen of it, in milliseconds since 1970.
  public internal(set) var seen: Int64
  /// Whether its user does not want to see it any more.
  public internal(set) var isHidden = false

  /// The sums that it counts in.
  public var scopes: [LedgerScope] { [.user(user)] + (group.map { [.group($0)] } ?? []) + [.total] }

  /// No entry counts more; a sum of as many as there may be in a year still fits.
  public static let most = Money(nanos: 1_000_000_000_000_000)
}

/// What a change is about.
public enum LedgerKey: Hashable, Sendable {
  case id(LedgerID)
  /// fal's id of a job.
  case job(String)
}

/// What has become known of a reservation. The times are in milliseconds since 1970.
public enum LedgerChange: Equatable, Sendable {
  /// fal has taken it as a job with that id.
  case queued(job: String, at: Int64)
  case seen(JobProgress, at: Int64)
  /// fal has billed so many units.
  case billed(Units)
  /// It is certain that it costs nothing.
  case released
  /// Nobody will hear what it costs.
  case kept
  /// Its user does not want to see it any more.
  case hidden
}
