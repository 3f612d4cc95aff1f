internal import HTTPWire
internal import Text

/// The queue (protocol.md §3).
struct QueueAPI {
  let state: SandboxState

  /// Under these names fal's queue is called by clients and answers with its own URLs.
  private static let publicURL = "https://queue.fal.run"

  func decide(_ request: SandboxRequest, at now: UInt64, date: UInt64) -> SandboxDecision {
    let segments = request.segments
    if let index = segments.lastIndex(of: "requests"), index >= 1, index + 1 < segments.count {
      guard request.credentials == .key else { return .reply(.detail(401, "invalid key credentials")) }
      return followUp(request, id: segments[index + 1], action: Array(segments[(index + 2)...]), at: now)
    }
    return .reply(submit(request, at: now, date: date))
  }

  private func view(_ request: SandboxRequest) -> StatusView {
    StatusView(
      baseURL: request.host == .queue ? QueueAPI.publicURL : state.baseURL, wantsLogs: request.query.wantsLogs)
  }

  private func submit(_ request: SandboxRequest, at now: UInt64, date: UInt64) -> SandboxReply {
    guard let endpoint = Endpoint(request.segments) else { return QueueAPI.noApplication(request) }
    guard request.method == .post || request.method == .get else { return .methodNotAllowed("GET, POST") }
    if let refusal = QueueAPI.refusal(request, endpoint) { return refusal }
    if let text = request.query["fal_max_queue_length"] {
      guard let limit = Int(text), limit >= 0 else {
        return .requestError(400, "bad_request", "Invalid value for fal_max_queue_length")
      }
      if state.jobs.waiting(for: endpoint.app, at: now) > limit {
        return .detail(429, "Queue for \(endpoint.app) is longer than \(limit)")
      }
    }
    do {
      let job = try state.makeJob(
        request, endpoint, waits: state.options.queueMilliseconds * 1_000_000, at: now, date: date)
      state.jobs.add(job)
      let position = state.jobs.position(of: job, at: now)
      return .json(
        200, view(request).submitted(job, position: position), [ReplyField("x-fal-request-id", job.id)])
    } catch {
      return error.reply
    }
  }

  private func followUp(_ request: SandboxRequest, id: String, action: [String], at now: UInt64) -> SandboxDecision {
    let isCancel = action == ["cancel"]
    guard [[], ["response"], ["status"], ["status", "stream"], ["cancel"]].contains(action) else {
      return .reply(.pathNotFound(request.path))
    }
    guard request.method == (isCancel ? .put : .get) else { return .reply(.methodNotAllowed(isCancel ? "PUT" : "GET")) }
    guard let job = state.jobs[id] else {
      // Asking for a result names it in words, the rest in a status (protocol.md §3.5, §3.8).
      let isResult = action.isEmpty || action == ["response"]
      return .reply(
        isResult
          ? .detail(404, "Request \(id) not found") : .json(404, .object(["status": "NOT_FOUND"])))
    }
    let requestID = ReplyField("x-fal-request-id", job.id)
    let view = view(request)
    switch action {
    case ["status"]:
      let status = view.status(of: job, at: now, position: state.jobs.position(of: job, at: now))
      return .reply(.json(job.state(at: now) == .completed ? 200 : 202, status, [requestID]))
    case ["status", "stream"]: return .follow(StatusFeed(job, view, state.options))
    case ["cancel"]:
      guard job.cancel(at: now) else {
        return .reply(.json(400, .object(["status": "ALREADY_COMPLETED"]), [requestID]))
      }
      return .reply(.json(202, .object(["status": "CANCELLATION_REQUESTED"]), [requestID]))
    default: return .reply(state.reply(for: job, at: now))
    }
  }

  /// The answer to a path that names no application.
  static func noApplication(_ request: SandboxRequest) -> SandboxReply {
    guard !request.segments.isEmpty else { return .pathNotFound(request.path) }
    let namespaced = request.segments.count > 2 && ["workflows", "comfy"].contains(request.segments[0])
    let alias = request.segments.prefix(namespaced ? 3 : 2).last ?? ""
    return .detail(404, "Application \"\(alias)\" not found")
  }

  /// The answer to a call without a key (protocol.md §5.4); nil when it has one.
  static func refusal(_ request: SandboxRequest, _ endpoint: Endpoint) -> SandboxReply? {
    switch request.credentials {
    case .key: nil
    case .invalid: .detail(401, "invalid key credentials")
    case .absent:
      .detail(
        401,
        "Cannot access application \"\(endpoint.app)\". Authentication is required to access this application.")
    }
  }
}
