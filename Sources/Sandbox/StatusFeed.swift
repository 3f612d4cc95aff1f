internal import Text

/// The events of `status/stream`: a status at once and whenever something is new, each with the logs since the last
/// (protocol.md §3.6).
struct StatusFeed {
  let job: Job
  private let view: StatusView
  private let interval: UInt64
  private let pingInterval: UInt64
  private var sentState: Job.State?
  private var sentPosition: Int?
  private var sentLogs = 0
  private var sentAt: UInt64 = 0

  init(_ job: Job, _ view: StatusView, _ options: SandboxOptions) {
    self.job = job
    self.view = view
    interval = options.eventMilliseconds * 1_000_000
    pingInterval = options.pingMilliseconds * 1_000_000
  }

  /// What is due at `now`; to be asked again when something has happened to a job.
  /// - Parameter position: how many requests are ahead of the job.
  mutating func advance(at now: UInt64, position: Int) -> FeedStep {
    let state = job.state
    let isNews =
      state != sentState || state == .queued && position != sentPosition
      || view.wantsLogs && job.logs(at: now).count > sentLogs
    var bytes: [UInt8] = []
    if isNews {
      bytes = FeedStep.event(JSONWriter.bytes(view.status(of: job, at: now, position: position, after: sentLogs)))
      sentState = state
      sentPosition = position
      if state != .queued { sentLogs = job.logs(at: now).count }
      sentAt = now
    } else if now >= sentAt + pingInterval {
      bytes = FeedStep.ping
      sentAt = now
    }
    guard state != .completed else { return FeedStep(bytes: bytes, wait: nil) }
    return FeedStep(bytes: bytes, wait: min(interval, sentAt + pingInterval - now))
  }
}
