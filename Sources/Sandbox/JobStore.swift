/// The jobs there are, within a count and a weight. Those that have ended are kept to be asked for by their id, and make room for
/// new ones, the oldest first; one that waits or runs never does.
struct JobStore {
  private let countLimit: Int
  private let weightLimit: Int
  private var unfinished: [String: (job: Job, weight: Int)] = [:]
  private var unfinishedWeight = 0
  private var finished: BoundedMap<Job>

  init(_ options: SandboxOptions) {
    countLimit = options.jobLimit
    weightLimit = options.jobByteLimit
    finished = BoundedMap(countLimit: countLimit, weightLimit: weightLimit)
  }

  /// About what a job takes besides its texts.
  private static let baseWeight = 1024

  var count: Int { unfinished.count + finished.count }

  subscript(id: String) -> Job? {
    guard let job = unfinished[id]?.job ?? finished[id], job.isKept else { return nil }
    return job
  }

  /// Takes a new job in.
  /// - Returns: false where there is no room beside those that wait or run.
  mutating func add(_ job: Job) -> Bool {
    let weight = JobStore.weight(of: job)
    guard unfinished.count < countLimit, unfinishedWeight + weight <= weightLimit else { return false }
    unfinished[job.id] = (job, weight)
    unfinishedWeight += weight
    boundFinished()
    return true
  }

  /// A job has ended, and nothing is done for it any more.
  mutating func settle(_ job: Job) {
    guard let entry = unfinished.removeValue(forKey: job.id) else { return }
    unfinishedWeight -= entry.weight
    boundFinished()
    if job.isKept { finished.insert(job, named: job.id, weight: JobStore.weight(of: job)) }
  }

  private mutating func boundFinished() {
    finished.bound(countLimit: countLimit - unfinished.count, weightLimit: weightLimit - unfinishedWeight)
  }

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
