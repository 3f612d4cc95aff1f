internal import Fal

/// The jobs that wait for a runner, and those that have one.
///
/// Time is passed in, and what happens by itself is asked for one event after the other: each has the moment at which it
/// was due, however late somebody looks.
struct RunnerQueue {
  /// What happened to a job.
  enum Event {
    case started(Job)
    case ended(Job)
  }

  private let runners: Int
  /// In the order in which they are taken.
  private var waiting: [Job] = []
  private var running: [Job] = []
  /// The runners whose jobs are over and whose work has not stopped yet.
  private var stopping = 0
  /// Nothing happens before this moment any more.
  private var clock: UInt64 = 0

  init(runners: Int) { self.runners = runners }

  /// How many wait.
  var count: Int { waiting.count }

  /// Puts a job behind all of its priority.
  mutating func add(_ job: Job) {
    let place = waiting.firstIndex { $0.priority.rawValue > job.priority.rawValue } ?? waiting.count
    waiting.insert(job, at: place)
  }

  /// Forgets a job, which gives its runner back.
  /// - Parameter isWorking: whether the runner still works for it; `stopped` is to follow.
  mutating func remove(_ job: Job, isWorking: Bool = false) {
    waiting.removeAll { $0 === job }
    running.removeAll { $0 === job }
    if isWorking { stopping += 1 }
  }

  /// A runner that worked for a job that is over is free again.
  mutating func stopped() { stopping -= 1 }

  /// How many requests wait for that application.
  func waiting(for app: String) -> Int { waiting.count { $0.endpoint.app == app } }

  /// How many requests for the same application are ahead of a waiting one.
  func position(of job: Job) -> Int { waiting.prefix { $0 !== job }.count { $0.endpoint.app == job.endpoint.app } }

  /// When something happens by itself; nil when nothing will.
  var nextMoment: UInt64? { earliest?.moment }

  /// The next thing that happens until `now`; nil when that was all.
  mutating func next(until now: UInt64) -> Event? {
    guard let event = earliest, event.moment <= now else {
      clock = max(clock, now)
      return nil
    }
    clock = event.moment
    switch event.kind {
    case .end:
      let job = running.remove(at: event.index)
      job.end(.finished, at: clock)
      return .ended(job)
    case .start:
      let job = waiting.remove(at: event.index)
      job.start(at: clock)
      running.append(job)
      return .started(job)
    case .miss:
      let job = waiting.remove(at: event.index)
      job.end(.late, at: clock)
      return .ended(job)
    }
  }

  /// In the order in which they happen when they are due together: a runner comes back, is taken, is missed.
  private enum Kind: Int {
    case end, start, miss
  }

  private var earliest: (moment: UInt64, kind: Kind, index: Int)? {
    var first: (moment: UInt64, kind: Kind, index: Int)?
    func offer(_ moment: UInt64, _ kind: Kind, _ index: Int) {
      let moment = max(moment, clock)
      if let first, (first.moment, first.kind.rawValue) <= (moment, kind.rawValue) { return }
      first = (moment, kind, index)
    }
    for (index, job) in running.enumerated() {
      if let due = job.due { offer(due, .end, index) }
    }
    let isFree = running.count { $0.takesRunner } + stopping < runners
    for (index, job) in waiting.enumerated() {
      if isFree || !job.takesRunner { offer(job.ready, .start, index) }
      if let deadline = job.deadline { offer(deadline, .miss, index) }
    }
    return first
  }
}
