internal import Fal
internal import HTTPWire

/// Direct calls and model streams (protocol.md §4).
struct RunAPI {
  let state: SandboxState

  func decide(_ request: SandboxRequest, at now: UInt64, date: UInt64) -> SandboxDecision {
    guard let (endpoint, isStream) = RunAPI.target(of: request) else {
      return .reply(QueueAPI.noApplication(request))
    }
    guard request.method == .post || request.method == .get else { return .reply(.methodNotAllowed("GET, POST")) }
    // Pages that stream by themselves show a token in place of a key (protocol.md §4).
    if request.credentials == .absent, let token = request.query["fal_jwt_token"] {
      guard state.keys.tokens.admits(token, to: endpoint, at: date / 1000) else {
        return .reply(.detail(401, "invalid key credentials"))
      }
    } else if let refusal = QueueAPI.refusal(request, endpoint) {
      return .reply(refusal)
    }
    do {
      let job = try state.makeJob(request, endpoint, isKept: false, at: now, date: date)
      state.advance(to: now)
      let base = state.place.base(for: request)
      if job.state == .completed { return state.answer(for: job, base: base) }
      return isStream ? .show(OutputFeed(job, base: base, state.options)) : .wait(job, base: base)
    } catch {
      return .reply(error.reply)
    }
  }

  /// The endpoint that a direct call names, and whether it asks for a stream.
  static func target(of request: SandboxRequest) -> (endpoint: EndpointID, isStream: Bool)? {
    guard var endpoint = EndpointID(request.plainPath) else { return nil }
    let hasStream = endpoint.subpath.last == "stream"
    if hasStream, request.role == .run { endpoint.subpath.removeLast() }
    // Clients add nothing to an id that ends so by itself (protocol.md §4).
    return (endpoint, hasStream || endpoint.sandboxPath == ["stream"])
  }
}
