internal import Guard
internal import Fal

/// A request to a model: started when a runner takes it, complete when its running time is over and what it needs is there.
final class Job {
  /// Where a job stands: fal knows no others (protocol.md §3.5).
  enum State: String {
    case queued = "IN_QUEUE"
    case running = "IN_PROGRESS"
    case completed = "COMPLETED"
  }

  /// A job of low priority waits behind all others (protocol.md §3.2).
  enum Priority: Int {
    case normal, low
  }

  /// What comes of it when it runs to its end.
  enum Outcome: Equatable, Sendable {
    case output(ModelInput, seed: String)
    case refused([InputIssue])
    /// Something else, and what a status calls that if it is an error.
    case answered(SandboxReply, type: String?)

    /// As it is remembered.
    var withoutPictures: Outcome {
      guard case .output(let input, let seed) = self else { return self }
      return .output(input.withoutPictures, seed: seed)
    }
  }

  /// How it ended.
  enum End {
    case finished, cancelled
    /// It did not start by the deadline its caller had set (protocol.md §3.2).
    case late
  }

  let id: String
  let endpoint: EndpointID
  private(set) var outcome: Outcome
  let priority: Priority
  /// Whether it can be asked for by its id.
  let isKept: Bool
  /// Whether nothing of the model is imitated.
  let isStandIn: Bool
  /// What is made to fail.
  let fault: Fault?
  /// Moments on the loop's clock, in nanoseconds.
  let submitted: UInt64
  /// Before that it takes no runner.
  let ready: UInt64
  /// It has to have a runner by then.
  let deadline: UInt64?
  /// How long it runs.
  let runs: UInt64
  /// When it was submitted, in milliseconds since 1970.
  let date: UInt64
  private(set) var started: UInt64?
  private(set) var ended: UInt64?
  private(set) var end: End?
  /// Since when what it needs is there.
  private var supplied: UInt64?
  /// What is to be painted for it, until that is done.
  var order: PictureOrder?
  /// What is being painted for it, which may outlast it for a moment.
  var painting: Painting?
  /// What its stream shows meanwhile.
  var previews: Previews?
  private(set) var pictures: JobPictures?
  /// Who is told when it has ended.
  var webhook: Webhook?

  init(
    id: String, endpoint: EndpointID, outcome: Outcome, priority: Priority = .normal, isKept: Bool = true,
    submitted: UInt64, date: UInt64, isStandIn: Bool = false, fault: Fault? = nil, waits: UInt64,
    deadline: UInt64? = nil, runs: UInt64
  ) {
    self.id = id
    self.endpoint = endpoint
    self.outcome = outcome
    self.priority = priority
    self.isKept = isKept
    self.submitted = submitted
    self.date = date
    self.isStandIn = isStandIn
    self.fault = fault
    self.deadline = deadline
    ready = submitted + waits
    if case .refused = outcome { self.runs = 0 } else { self.runs = runs }
  }

  var state: State { ended != nil ? .completed : started != nil ? .running : .queued }

  /// Whether it keeps others waiting; what never ends must not.
  var takesRunner: Bool { fault != .hang }

  /// Whether the checker finds something in its pictures.
  var isNSFW: Bool {
    guard fault != .nsfw, case .output(let input, _) = outcome else { return fault == .nsfw }
    return input.isNotSafe
  }

  /// When it will be complete; nil while it does not run, or nobody knows.
  var due: UInt64? {
    guard let started, let supplied, ended == nil else { return nil }
    // Pictures that cannot be read are refused at once.
    if case .refused = outcome { return supplied }
    return max(started + runs, supplied)
  }

  /// How long it ran to its end, in seconds; nil for one that did not.
  var seconds: Double? {
    guard end == .finished, failure == nil, let started, let ended else { return nil }
    return Double((ended - started) / 1_000_000) / 1000
  }

  func start(at moment: UInt64) { started = moment }

  /// What it needs is there.
  func supply(at moment: UInt64) {
    if supplied == nil { supplied = moment }
    order = nil
  }

  /// Takes the pictures that were painted for it.
  func receive(_ pictures: JobPictures) { self.pictures = pictures }

  /// Its pictures cannot be read.
  func refuse(_ issues: [InputIssue]) { outcome = .refused(issues) }

  func end(_ end: End, at moment: UInt64) {
    guard ended == nil else { return }
    ended = moment
    order = nil
    self.end = end
  }

  /// What it has logged: one line for each step that is done, until it ended.
  func logs(at now: UInt64) -> [LogLine] {
    guard case .output(let input, _) = outcome, let started else { return [] }
    let last = min(now, ended ?? now)
    func line(_ moment: UInt64, _ message: String) -> LogLine {
      LogLine(milliseconds: date + (moment - submitted) / 1_000_000, message: message)
    }
    var lines: [LogLine] = []
    if isStandIn {
      lines.append(
        LogLine(
          milliseconds: date + (started - submitted) / 1_000_000,
          message: "stand-in: the sandbox does not know \(endpoint.text), and answers any picture", level: "WARN"))
    }
    // What was noticed of the pictures, at its place between the steps.
    var notes = pictures.map(\.notes) ?? []
    let noticed = supplied ?? .max
    for step in 1...input.steps {
      let moment = started + runs * UInt64(step) / UInt64(input.steps)
      guard moment <= last else { break }
      if noticed < moment {
        lines += notes.map { line(noticed, $0) }
        notes = []
      }
      lines.append(line(moment, "step \(step)/\(input.steps)"))
    }
    if noticed <= last { lines += notes.map { line(noticed, $0) } }
    return lines
  }

  /// Why it failed, in the words of the status; nil for one that did not.
  var failure: (text: String, type: String?)? {
    switch (end, outcome) {
    case (.cancelled, _): ("Request was cancelled by the client", "client_cancelled")
    case (.late, _): ("Request did not start before its deadline", "request_timeout")
    case (_, .refused(let issues)): ("Invalid status code: 422", issues.first?.type ?? "value_error")
    case (_, .answered(let reply, let type)) where reply.status >= 400: ("Invalid status code: \(reply.status)", type)
    case (_, .output), (_, .answered): nil
    }
  }
}
