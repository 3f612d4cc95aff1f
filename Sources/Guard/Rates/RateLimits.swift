public import Fal

/// A limit by the name that its setting has.
public enum RateName: Sendable, CaseIterable {
  case submits, jobs, polls, streams, uploads, bytes

  /// The last word of the setting, and what fields and the quota call it.
  public var text: StaticString {
    switch self {
    case .submits: "submits"
    case .jobs: "jobs"
    case .polls: "polls"
    case .streams: "streams"
    case .uploads: "uploads"
    case .bytes: "bytes"
    }
  }
}

/// How much one caller may do, or all together; nil is no limit.
public struct RateLimits: Sendable, Equatable {
  public var submits: Rate?
  /// In flight.
  public var jobs: Int?
  public var polls: Rate?
  /// Open at once.
  public var streams: Int?
  public var uploads: Rate?
  /// Content both ways.
  public var bytes: Rate?

  /// No limits.
  public init() {}

  /// Whether there is none.
  public var isOff: Bool { self == RateLimits() }
}

/// What a request takes of the limits.
public struct RateDemand: Sendable, Equatable {
  /// What it counts as.
  public enum Kind: Sendable { case submit, poll, upload }

  public var kind: Kind
  /// Whether it is a job, or makes one.
  public var isJob = false
  /// Whether it stays open.
  public var isStream = false

  /// What a request for `operation` takes; nil for one that is never limited: whoever has started a job may stop it.
  /// - Parameter mayExecute: whether it can spend or create something, for operations that only the operator knows.
  public init?(_ operation: Operation, mayExecute: Bool) {
    switch operation {
    case .submit, .run: (kind, isJob) = (.submit, true)
    case .stream: (kind, isJob, isStream) = (.submit, true, true)
    case .token: kind = .submit
    case .status, .result: kind = .poll
    case .statusStream: (kind, isStream) = (.poll, true)
    case .uploadInitiate: kind = .upload
    case .other: kind = mayExecute ? .submit : .poll
    case .cancel: return nil
    }
  }
}

/// Why a request is refused for now.
public struct RateRefusal: Error, Sendable, Equatable {
  /// Whose limit it is; `room` where no more callers or jobs are remembered.
  public enum Scope: Sendable { case caller, group, total, room }

  public let name: RateName
  public let scope: Scope
  public let limit: UInt64
  /// Nanoseconds; nil where things are counted that are there at once.
  public let window: UInt64?
  /// Nanoseconds until it is worth asking again.
  public let wait: UInt64
}

/// All limits of one configuration. An object, so that it costs nothing to hand on.
public final class RatePolicy: Sendable {
  private let single: RateLimits
  private let groups: [RateLimits]
  /// Of all callers together.
  public let total: RateLimits
  /// How many callers are remembered, and how many jobs may be in flight.
  public let identities: Int
  /// Nanoseconds after which a job that nobody asks for is taken for over.
  public let jobsExpire: UInt64
  /// Whether any limit on jobs is set, so that they have to be followed.
  public let countsJobs: Bool
  /// Whether any limit on streams is set.
  public let countsStreams: Bool
  /// Whether any limit on bytes is set.
  public let countsBytes: Bool
  private let countsSubmits: Bool
  private let countsPolls: Bool
  private let countsUploads: Bool

  /// - Parameters:
  ///   - single: of each caller without a group.
  ///   - groups: of each caller of a group, by the group's index.
  public init(
    _ single: RateLimits, groups: [RateLimits] = [], total: RateLimits = RateLimits(), identities: Int = 100_000,
    jobsExpire: UInt64 = 600_000_000_000
  ) {
    self.single = single
    self.groups = groups
    self.total = total
    self.identities = identities
    self.jobsExpire = jobsExpire
    let all = [single, total] + groups
    countsJobs = all.contains { $0.jobs != nil }
    countsStreams = all.contains { $0.streams != nil }
    countsBytes = all.contains { $0.bytes != nil }
    countsSubmits = all.contains { $0.submits != nil }
    countsPolls = all.contains { $0.polls != nil }
    countsUploads = all.contains { $0.uploads != nil }
  }

  /// Whether there is no limit at all.
  public var isOff: Bool { ([single, total] + groups).allSatisfy(\.isOff) }

  /// Whether any limit is about such a request.
  public func counts(_ demand: RateDemand) -> Bool {
    let countsKind =
      switch demand.kind {
      case .submit: countsSubmits
      case .poll: countsPolls
      case .upload: countsUploads
      }
    return countsKind || countsBytes || demand.isJob && countsJobs || demand.isStream && countsStreams
  }

  /// Those of `caller`.
  func limits(of caller: Caller) -> RateLimits {
    caller.group.flatMap { $0 < groups.count ? groups[$0] : nil } ?? single
  }
}
