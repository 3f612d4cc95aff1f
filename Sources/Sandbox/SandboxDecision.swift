/// How a request is answered.
enum SandboxDecision {
  /// Whole, now.
  case reply(SandboxReply)
  /// Whole, with an answer that takes a while to be made, on no loop.
  case make(@Sendable () -> SandboxReply)
  /// Whole, when the job has ended, with URLs that begin with `base`.
  case wait(Job, base: String)
  /// With the events of a job's status.
  case follow(StatusFeed)
  /// With the events of a job's output.
  case show(OutputFeed)

  /// The answer that is given now; nil when it takes time.
  var reply: SandboxReply? {
    switch self {
    case .reply(let reply): reply
    case .make(let make): make()
    case .wait, .follow, .show: nil
    }
  }
}
