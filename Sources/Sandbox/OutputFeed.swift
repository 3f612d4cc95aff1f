internal import Text

/// The events of a model's `/stream`: a few previews, then the output (protocol.md §4).
struct OutputFeed {
  let job: Job
  private let base: String
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

  /// What is due at `now`.
  mutating func advance(at now: UInt64, _ state: SandboxState) -> FeedStep {
    guard case .output(let input, let seed) = job.outcome, now < job.ends else {
      return FeedStep(bytes: FeedStep.event(state.reply(for: job, at: now, base: base).content), wait: nil)
    }
    var bytes: [UInt8] = []
    if shown < OutputFeed.previews, now >= moment(shown + 1) {
      bytes = FeedStep.event(JSONWriter.bytes(state.preview(input, seed: seed)))
      while shown < OutputFeed.previews, now >= moment(shown + 1) { shown += 1 }
    } else if now >= sentAt + pingInterval {
      bytes = FeedStep.ping
    }
    if !bytes.isEmpty { sentAt = now }
    return FeedStep(bytes: bytes, wait: min(moment(shown + 1), sentAt + pingInterval) - now)
  }

  private func moment(_ preview: Int) -> UInt64 {
    job.starts + (job.ends - job.starts) * UInt64(preview) / UInt64(OutputFeed.previews + 1)
  }
}
