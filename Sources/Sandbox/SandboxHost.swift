/// Which of fal's hosts a request was meant for (protocol.md §1).
enum SandboxHost: Equatable, Sendable {
  case queue, run, rest
  /// None of them: the sandbox under its own name, which is the CDN and, for direct use, the other APIs.
  case own

  /// The host in a Host field.
  init(authority: String) {
    let host = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
    switch host.lowercased() {
    case "queue.fal.run": self = .queue
    case "fal.run": self = .run
    case "rest.fal.ai", "rest.alpha.fal.ai": self = .rest
    default: self = .own
    }
  }
}
