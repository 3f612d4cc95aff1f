internal import Fal

/// The jobs of the queue; the oldest are forgotten when there are too many.
struct JobStore {
  private var jobs: BoundedMap<Job>

  init(_ options: SandboxOptions) {
    jobs = BoundedMap(countLimit: options.jobLimit, weightLimit: options.jobByteLimit)
  }

  /// About what a job takes besides its texts.
  private static let baseWeight = 1024

  var count: Int { jobs.count }

  subscript(id: String) -> Job? { jobs[id] }

  mutating func add(_ job: Job) {
    var weight = JobStore.baseWeight
    switch job.outcome {
    case .output(let input, _): weight += input.prompt.utf8.count
    case .refused(let issues): weight += 512 * issues.count
    case .late: break
    }
    jobs.insert(job, named: job.id, weight: weight)
  }

  /// How many requests wait for that application.
  func waiting(for app: String, at now: UInt64) -> Int {
    jobs.values.reduce(0) { $0 + ($1.endpoint.app == app && $1.state(at: now) == .queued ? 1 : 0) }
  }

  /// How many requests of the same application are ahead of a waiting one.
  func position(of job: Job, at now: UInt64) -> Int {
    jobs.values.reduce(0) { count, other in
      let isAhead =
        other.endpoint.app == job.endpoint.app && other.submitted < job.submitted && other.state(at: now) == .queued
      return count + (isAhead ? 1 : 0)
    }
  }
}
