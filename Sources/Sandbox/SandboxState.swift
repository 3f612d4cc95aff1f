internal import Fal
internal import Guard
internal import HTTPWire
internal import Text

/// What the APIs of one sandbox share.
final class SandboxState {
  let options: SandboxOptions
  let place: SandboxPlace
  let files: FileStore
  let keys: SandboxKeys
  private let endpoints: KnownEndpoints
  private let reader: InputReader
  private(set) var jobs: JobStore
  private(set) var queue: RunnerQueue
  var flakyCalls = FlakyCalls()
  /// How often anything has happened to a job.
  private(set) var changes = 0
  /// Paints on another thread; without one, pictures are there at once.
  var workshop: PictureWorkshop?
  /// Called when something has come that a job needed.
  var onSupply: (() -> Void)?
  /// Called with each job that has ended.
  var onEnd: ((Job) -> Void)?
  private var random = SystemRandomNumberGenerator()

  init(_ place: SandboxPlace, files: FileStore, keys: SandboxKeys, options: SandboxOptions) {
    self.options = options
    self.place = place
    self.files = files
    self.keys = keys
    endpoints = KnownEndpoints(standIns: options.standIns)
    reader = InputReader(files: files, jsonDepthLimit: options.jsonDepthLimit)
    jobs = JobStore(options)
    queue = RunnerQueue(runners: options.runners)
  }

  /// Makes a job of a call and lets it wait for a runner; whatever is wrong with the input is the job's outcome, not an
  /// error of the call (protocol.md §3.4).
  /// - Parameter isKept: whether it can be asked for by its id.
  func makeJob(
    _ request: SandboxRequest, _ endpoint: EndpointID, isKept: Bool, at now: UInt64, date: UInt64
  ) throws(SandboxRefusal) -> Job {
    let kind = try endpoints.kind(of: endpoint, query: request.query)
    let fault = try fault(of: request, kind)
    if let fault { try strike(fault, request, endpoint) }
    var deadline: UInt64?
    if let text = request.field("x-fal-request-timeout") {
      guard let seconds = Double(text), seconds > 0, seconds.isFinite else {
        throw SandboxRefusal(
          reply: .requestError(400, "bad_request", "Invalid value for header x-fal-request-timeout"))
      }
      deadline = now + UInt64(min(seconds, SandboxState.longestDeadline) * 1e9)
    }
    let outcome = request.outcome ?? reader.outcome(of: request, endpoint, fault)
    let job = Job(
      id: UUIDv7.text(milliseconds: date, using: &random), endpoint: endpoint, outcome: outcome.withoutPictures,
      priority: request.field("x-fal-queue-priority") == "low" ? .low : .normal, isKept: isKept, submitted: now,
      date: date, isStandIn: kind == .standIn, fault: fault,
      waits: isKept ? options.wait(milliseconds: options.queueMilliseconds) : 0, deadline: deadline,
      runs: fault?.milliseconds.map { $0 * 1_000_000 } ?? options.wait(milliseconds: options.runMilliseconds))
    if case .output(let input, let seed) = outcome, fault != .hang {
      // Whoever asks for a fault without a seed wants a picture, and no new one each time.
      let isMenu = if case .fault = kind { input.seed == nil } else { false }
      job.order = input.order(seed: isMenu ? "" : seed, isShown: !isKept, options)
      if job.isNSFW { job.order?.isBlack = true }
    }
    if isKept, let url = request.query["fal_webhook"] {
      job.webhook = Webhook(url: url, base: place.base(for: request))
    }
    guard jobs.add(job) else { throw SandboxRefusal(reply: FaultReply.rate) }
    queue.add(job)
    changes += 1
    return job
  }

  /// Later than any job waits, in seconds.
  private static let longestDeadline = 1e9

  /// Lets everything happen that happens by itself until `now`.
  func advance(to now: UInt64) {
    while let event = queue.next(until: now) {
      changes += 1
      switch event {
      case .started(let job): begin(job, at: job.started ?? now)
      case .ended(let job): close(job)
      }
    }
  }

  /// What `job` needs is there: to be called on the sandbox's loop, on whatever thread it was made.
  func supply(_ job: Job, at now: UInt64) {
    job.supply(at: now)
    changes += 1
    advance(to: now)
    onSupply?()
  }

  /// Something else has happened to a job that its stream shows.
  func changed() {
    changes += 1
    onSupply?()
  }

  /// Ends the job before its time; a running one stops as well, which fal only asks for.
  /// - Returns: false when it had ended already.
  func cancel(_ job: Job, at now: UInt64) -> Bool {
    guard job.state != .completed else { return false }
    job.end(.cancelled, at: now)
    if let painting = job.painting, workshop?.drop(painting) == false { job.painting = nil }
    queue.remove(job, isWorking: job.painting != nil)
    changes += 1
    close(job)
    return true
  }

  /// What was done for a job that was cancelled has stopped.
  func stopped(_ job: Job, at now: UInt64) {
    advance(to: now)
    queue.stopped()
    jobs.settle(job)
    changes += 1
    advance(to: now)
    onSupply?()
  }

  /// A job has ended.
  private func close(_ job: Job) {
    // What is painted for it takes memory until it has stopped.
    if job.painting == nil { jobs.settle(job) }
    onEnd?(job)
  }

  /// What has to be read before a call is decided whose content is long; nil where nothing has.
  func reading(of request: SandboxRequest) -> (@Sendable () -> Job.Outcome)? {
    guard request.content.count > SandboxState.longContent, request.role != .rest,
      let endpoint = RunAPI.target(of: request)?.endpoint,
      let kind = try? endpoints.kind(of: endpoint, query: request.query)
    else { return nil }
    do {
      let fault = try fault(of: request, kind)
      return { [reader] in reader.outcome(of: request, endpoint, fault) }
    } catch {
      return nil
    }
  }

  /// Contents above it, in bytes, take longer to read than a loop may be held up.
  private static let longContent = 256 << 10

  static func issue(_ error: JSONError) -> InputIssue {
    InputIssue(
      "json_invalid", ["body", .integer(error.offset)], "JSON decode error",
      context: JSONMember(name: "error", value: .string(error.reason)))
  }
}
