internal import Fal
internal import HTTPWire

/// Direct calls and model streams (protocol.md §4).
struct RunAPI {
  let state: SandboxState

  func decide(_ request: SandboxRequest, at now: UInt64, date: UInt64) -> SandboxDecision {
    guard var endpoint = EndpointID(request.plainPath) else { return .reply(QueueAPI.noApplication(request)) }
    guard request.method == .post || request.method == .get else { return .reply(.methodNotAllowed("GET, POST")) }
    // Pages that stream by themselves show a token in place of a key (protocol.md §4).
    if request.credentials == .absent, let token = request.query["fal_jwt_token"] {
      guard state.keys.tokens.admits(token, to: endpoint, at: date / 1000) else {
        return .reply(.detail(401, "invalid key credentials"))
      }
    } else if let refusal = QueueAPI.refusal(request, endpoint) {
      return .reply(refusal)
    }
    let hasStream = endpoint.subpath.last == "stream"
    if hasStream { endpoint.subpath.removeLast() }
    // Clients add nothing to an id that ends so by itself (protocol.md §4).
    let isStream = hasStream || endpoint.sandboxPath == ["stream"]
    do {
      let job = try state.makeJob(request, endpoint, isKept: false, at: now, date: date)
      state.advance(to: now)
      let base = state.place.base(for: request)
      if job.state == .completed { return .reply(state.reply(for: job, base: base)) }
      return isStream ? .show(OutputFeed(job, base: base, state.options)) : .wait(job, base: base)
    } catch {
      return .reply(error.reply)
    }
  }
}
