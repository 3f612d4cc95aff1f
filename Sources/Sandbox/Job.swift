internal import Fal
internal import Guard

/// A request to a model. What has become of it follows from the time; nothing has to be woken for it.
final class Job {
  /// Where a job stands: fal knows no others (protocol.md §3.5).
  enum State: String {
    case queued = "IN_QUEUE"
    case running = "IN_PROGRESS"
    case completed = "COMPLETED"
  }

  /// What comes of it when nobody cancels it.
  enum Outcome: Equatable {
    case output(ModelInput, seed: String)
    case refused([InputIssue])
    /// It did not start by the deadline its caller had set (protocol.md §3.2).
    case late
  }

  let id: String
  let endpoint: EndpointID
  let outcome: Outcome
  /// Moments on the loop's clock, in nanoseconds.
  let submitted: UInt64
  let starts: UInt64
  let ends: UInt64
  /// When it was submitted, in milliseconds since 1970.
  let date: UInt64
  private(set) var cancelled: UInt64?
  /// What its images are called in the file store, once they were drawn: URLs are made for each who asks.
  var imageNames: [String] = []

  init(
    id: String, endpoint: EndpointID, outcome: Outcome, submitted: UInt64, date: UInt64, waits: UInt64, runs: UInt64
  ) {
    self.id = id
    self.endpoint = endpoint
    self.outcome = outcome
    self.submitted = submitted
    self.date = date
    starts = submitted + waits
    if case .output = outcome { ends = starts + runs } else { ends = starts }
  }

  func state(at now: UInt64) -> State {
    if cancelled != nil || now >= ends { return .completed }
    return now >= starts ? .running : .queued
  }

  /// Ends the job before its time; a running one stops as well, which fal only asks for.
  /// - Returns: false when it had ended already.
  func cancel(at now: UInt64) -> Bool {
    guard state(at: now) != .completed else { return false }
    cancelled = now
    return true
  }

  /// The next moment at which the state changes by itself; nil when it no longer does.
  func nextChange(after now: UInt64) -> UInt64? {
    switch state(at: now) {
    case .queued: starts
    case .running: ends
    case .completed: nil
    }
  }

  /// What it has logged: one line for each step that is done, until it was cancelled.
  func logs(at now: UInt64) -> [LogLine] {
    guard case .output(let input, _) = outcome else { return [] }
    let end = min(now, cancelled ?? now)
    guard end >= starts else { return [] }
    var lines: [LogLine] = []
    for step in 1...input.steps {
      let moment = starts + (ends - starts) * UInt64(step) / UInt64(input.steps)
      guard moment <= end else { break }
      lines.append(
        LogLine(milliseconds: date + (moment - submitted) / 1_000_000, message: "step \(step)/\(input.steps)"))
    }
    return lines
  }

  /// Why it failed, in the words of the status; nil for one that did not.
  var failure: (text: String, type: String)? {
    if cancelled != nil { return ("Request was cancelled by the client", "client_cancelled") }
    switch outcome {
    case .output: return nil
    case .refused(let issues): return ("Invalid status code: 422", issues.first?.type ?? "value_error")
    case .late: return ("Request did not start before its deadline", "request_timeout")
    }
  }
}
