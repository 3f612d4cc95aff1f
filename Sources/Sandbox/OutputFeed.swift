internal import Text

/// The events of a model's `/stream`: a few previews, then the output (protocol.md §4).
struct OutputFeed {
  let job: Job
  let base: String
  private let pingInterval: UInt64
  private var shown = 0
  private var sentAt: UInt64
  /// When it breaks off.
  private var cutAt: UInt64?

  /// How many previews there are of a picture.
  static let previews = 3

  /// - Parameter base: where its client finds the images.
  init(_ job: Job, base: String, _ options: SandboxOptions) {
    self.job = job
    self.base = base
    pingInterval = options.pingMilliseconds * 1_000_000
    sentAt = job.submitted
  }

  /// What is due at `now`, from the start of the job on; to be asked again when it has ended.
  mutating func advance(at now: UInt64, _ state: SandboxState) -> FeedStep {
    var bytes: [UInt8] = []
    sentAt = max(sentAt, job.started ?? now)
    while shown < count, cutAt == nil, now >= moment(shown + 1), let event = event(shown + 1, state) {
      bytes += FeedStep.event(JSONWriter.bytes(event))
      shown += 1
      if job.fault == .cut { break }
    }
    if job.fault == .cut, shown > 0 {
      let moment = cutAt ?? now + SandboxReply.cutDelay
      cutAt = moment
      return now < moment ? FeedStep(bytes: bytes, wait: moment - now) : FeedStep(bytes: bytes, isCut: true)
    }
    if job.state == .completed {
      bytes += FeedStep.event(state.reply(for: job, base: base).content)
      return FeedStep(bytes: bytes, wait: nil)
    }
    if bytes.isEmpty, now >= sentAt + pingInterval { bytes = FeedStep.ping }
    if !bytes.isEmpty { sentAt = now }
    // What is due and not there yet comes when it is.
    let next = shown < count && now < moment(shown + 1) ? moment(shown + 1) : LoopTimer.untilTold
    return FeedStep(bytes: bytes, wait: min(next, sentAt + pingInterval) - now)
  }

  /// How many events there are before the output.
  private var count: Int {
    switch (job.fault, job.outcome) {
    case (.hang, _), (_, .refused): 0
    case (.stream(let count, _), _): count - 1
    case (_, .output): OutputFeed.previews
    case (_, .answered): 0
    }
  }

  private func event(_ number: Int, _ state: SandboxState) -> JSONValue? {
    if case .stream(let count, _) = job.fault { return FaultReply.event(number, of: count) }
    guard case .output(let input, let seed) = job.outcome else { return nil }
    return state.preview(job, input, seed: seed)
  }

  private func moment(_ event: Int) -> UInt64 {
    (job.started ?? job.ready) + job.runs * UInt64(event) / UInt64(count + 1)
  }
}
