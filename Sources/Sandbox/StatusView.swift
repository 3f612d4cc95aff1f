internal import Fal
internal import Text

/// How a caller sees the jobs of the queue: under which URLs, and whether with logs.
struct StatusView: Equatable {
  /// Where the URLs begin.
  var baseURL: String
  var wantsLogs: Bool

  /// The status of a job, keys in the order fal writes them (protocol.md §3.4, §3.5).
  /// - Parameter after: how many lines of the logs have been given before.
  func status(of job: Job, at now: UInt64, position: Int, after: Int = 0) -> JSONValue {
    let state = job.state
    let url = "\(baseURL)/\(job.endpoint.app)/requests/\(job.id)"
    var logs = JSONValue.null
    if wantsLogs, state != .queued { logs = .array(job.logs(at: now).dropFirst(after).map(\.json)) }
    var metrics: [JSONMember] = []
    if let seconds = job.seconds { metrics = [JSONMember(name: "inference_time", value: .decimal(seconds))] }
    var members = [
      JSONMember(name: "status", value: .string(state.rawValue)),
      JSONMember(name: "request_id", value: .string(job.id)),
      JSONMember(name: "response_url", value: .string(url)),
      JSONMember(name: "status_url", value: .string("\(url)/status")),
      JSONMember(name: "cancel_url", value: .string("\(url)/cancel")),
      JSONMember(name: "logs", value: logs), JSONMember(name: "metrics", value: .object(metrics)),
    ]
    if state == .queued { members.append(JSONMember(name: "queue_position", value: .integer(position))) }
    if state == .completed, let failure = job.failure {
      members.append(JSONMember(name: "error", value: .string(failure.text)))
      if let type = failure.type { members.append(JSONMember(name: "error_type", value: .string(type))) }
    }
    return .object(members)
  }
}

extension StatusView {
  /// The answer to a submission: always as queued, even when the queue takes no time (protocol.md §3.4).
  func submitted(_ job: Job, position: Int) -> JSONValue {
    guard case .object(var members) = status(of: job, at: job.submitted, position: position) else { return .null }
    members[0].value = .string(Job.State.queued.rawValue)
    members.removeAll { ["queue_position", "error", "error_type"].contains($0.name) }
    for index in members.indices {
      if members[index].name == "logs" { members[index].value = .null }
      if members[index].name == "metrics" { members[index].value = .object([JSONMember]()) }
    }
    members.append(JSONMember(name: "queue_position", value: .integer(position)))
    return .object(members)
  }
}
