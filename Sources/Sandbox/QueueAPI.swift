internal import Fal
internal import HTTPWire
internal import Text

/// The queue (protocol.md §3).
struct QueueAPI {
  let state: SandboxState

  func decide(_ request: SandboxRequest, at now: UInt64, date: UInt64) -> SandboxDecision {
    let bytes = Array(request.plainPath.utf8)
    guard let id = ModelPath(bytes.span, id: 0..<bytes.count).requestID else {
      return .reply(submit(request, at: now, date: date))
    }
    guard request.credentials == .key else { return .reply(.detail(401, "invalid key credentials")) }
    let followUp = FollowUp(bytes.span.extracting(id.upperBound..<bytes.count))
    return answer(request, followUp, id: String(decoding: bytes[id], as: UTF8.self), at: now)
  }

  /// A queue answers with URLs of its own, under the name by which it was called.
  private func view(_ request: SandboxRequest) -> StatusView {
    StatusView(
      baseURL: request.role == .queue ? "https://\(request.host)" : state.place.ownURL,
      wantsLogs: request.query.wantsLogs)
  }

  private func submit(_ request: SandboxRequest, at now: UInt64, date: UInt64) -> SandboxReply {
    guard let endpoint = EndpointID(request.plainPath) else { return QueueAPI.noApplication(request) }
    guard request.method == .post || request.method == .get else { return .methodNotAllowed("GET, POST") }
    if let refusal = QueueAPI.refusal(request, endpoint) { return refusal }
    if let text = request.query["fal_max_queue_length"] {
      guard let limit = Int(text), limit >= 0 else {
        return .requestError(400, "bad_request", "Invalid value for fal_max_queue_length")
      }
      if state.queue.waiting(for: endpoint.app) > limit {
        return .detail(429, "Queue for \(endpoint.app) is longer than \(limit)")
      }
    }
    do {
      let job = try state.makeJob(request, endpoint, isKept: true, at: now, date: date)
      let position = state.queue.position(of: job)
      return .json(
        200, view(request).submitted(job, position: position), [ReplyField("x-fal-request-id", job.id)])
    } catch {
      return error.reply
    }
  }

  private func answer(_ request: SandboxRequest, _ followUp: FollowUp?, id: String, at now: UInt64) -> SandboxDecision {
    guard let followUp else { return .reply(.pathNotFound(request.path)) }
    guard followUp.takes(request.method) else { return .reply(.methodNotAllowed(followUp.methods.description)) }
    guard let job = state.jobs[id] else {
      // Asking for a result names it in words, the rest in a status (protocol.md §3.5, §3.8).
      return .reply(
        followUp == .result
          ? .detail(404, "Request \(id) not found") : .json(404, .object(["status": "NOT_FOUND"])))
    }
    let requestID = ReplyField("x-fal-request-id", job.id)
    let view = view(request)
    switch followUp {
    case .status:
      let status = view.status(of: job, at: now, position: state.queue.position(of: job))
      return .reply(.json(job.state == .completed ? 200 : 202, status, [requestID]))
    case .statusStream: return .follow(StatusFeed(job, view, state.options))
    case .cancel:
      guard state.cancel(job, at: now) else {
        return .reply(.json(400, .object(["status": "ALREADY_COMPLETED"]), [requestID]))
      }
      return .reply(.json(202, .object(["status": "CANCELLATION_REQUESTED"]), [requestID]))
    case .result: return state.answer(for: job, base: state.place.base(for: request))
    }
  }

  /// The answer to a path that names no application.
  static func noApplication(_ request: SandboxRequest) -> SandboxReply {
    guard !request.segments.isEmpty else { return .pathNotFound(request.path) }
    let namespaced = request.segments.count > 2 && ModelPath.isNamespace(request.segments[0].utf8.span)
    return .noApplication(request.segments.prefix(namespaced ? 3 : 2).joined(separator: "/"))
  }

  /// The answer to a call without a key (protocol.md §5.4); nil when it has one.
  static func refusal(_ request: SandboxRequest, _ endpoint: EndpointID) -> SandboxReply? {
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
