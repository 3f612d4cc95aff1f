internal import Text

/// The events of a model's `/stream`: a few previews, then the output (protocol.md §4).
struct OutputFeed {
  let job: Job
  let base: String
  private let pingInterval: UInt64
  private var shown = 0
  private var sentAt: UInt64

  /// How many previews there are.
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
    guard case .output(let input, let seed) = job.outcome, job.state != .completed else {
      return FeedStep(bytes: FeedStep.event(state.reply(for: job, base: base).content), wait: nil)
    }
    var bytes: [UInt8] = []
    sentAt = max(sentAt, job.started ?? now)
    if shown < OutputFeed.previews, now >= moment(shown + 1), let pictures = job.pictures {
      bytes = FeedStep.event(JSONWriter.bytes(state.preview(input, pictures, seed: seed)))
      while shown < OutputFeed.previews, now >= moment(shown + 1) { shown += 1 }
    } else if now >= sentAt + pingInterval {
      bytes = FeedStep.ping
    }
    if !bytes.isEmpty { sentAt = now }
    let next = shown < OutputFeed.previews && job.pictures != nil ? moment(shown + 1) : LoopTimer.untilTold
    return FeedStep(bytes: bytes, wait: min(next, sentAt + pingInterval) - now)
  }

  private func moment(_ preview: Int) -> UInt64 {
    (job.started ?? job.ready) + job.runs * UInt64(preview) / UInt64(OutputFeed.previews + 1)
  }
}
