/// The jobs that may be asked for by their id; the oldest are forgotten when there are too many.
struct JobStore {
  private var jobs: BoundedMap<Job>

  init(_ options: SandboxOptions) {
    jobs = BoundedMap(countLimit: options.jobLimit, weightLimit: options.jobByteLimit)
  }

  /// About what a job takes besides its texts.
  private static let baseWeight = 1024

  var count: Int { jobs.count }

  subscript(id: String) -> Job? { jobs[id] }

  /// Keeps a job.
  /// - Returns: those that are forgotten for it.
  mutating func add(_ job: Job) -> [Job] {
    jobs.insert(job, named: job.id, weight: JobStore.weight(of: job))
  }

  /// Weighs a job again, which has changed.
  mutating func weigh(_ job: Job) { jobs.replace(job, named: job.id, weight: JobStore.weight(of: job)) }

  private static func weight(of job: Job) -> Int {
    var weight = baseWeight + (job.order?.weight ?? 0)
    switch job.outcome {
    case .output(let input, _): weight += input.prompt.utf8.count
    case .answered(let reply, _): weight += reply.content.count
    case .refused(let issues): weight += 512 * issues.count
    }
    return weight
  }
}
