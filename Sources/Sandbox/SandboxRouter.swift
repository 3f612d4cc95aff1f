internal import Fal
internal import HTTPWire

/// Finds the API a request is for: by its host, and under the sandbox's own name by its path.
struct SandboxRouter {
  let state: SandboxState

  /// - Parameters:
  ///   - now: the loop's time in nanoseconds.
  ///   - date: the time of day in milliseconds since 1970.
  func decide(_ request: SandboxRequest, at now: UInt64, date: UInt64) -> SandboxDecision {
    if request.method == .options {
      return .reply(.preflight(requestedFields: request.field("access-control-request-headers")))
    }
    state.advance(to: now)
    switch request.role {
    case .queue: return QueueAPI(state: state).decide(request, at: now, date: date)
    case .run: return RunAPI(state: state).decide(request, at: now, date: date)
    case .rest: return .reply(rest(request, date: date))
    case .other: break
    }
    if let reply = storage(request).serve(request) { return .reply(reply) }
    switch request.segments.first {
    case "storage", "tokens", ".well-known": return .reply(rest(request, date: date))
    default: return QueueAPI(state: state).decide(request, at: now, date: date)
    }
  }

  private func storage(_ request: SandboxRequest) -> StorageAPI {
    StorageAPI(
      files: state.files, base: state.place.base(for: request), jsonDepthLimit: state.options.jsonDepthLimit)
  }

  private func rest(_ request: SandboxRequest, date: UInt64) -> SandboxReply {
    // The keys are for everybody.
    if request.segments == [".well-known", "jwks.json"] { return state.keys.published }
    guard request.credentials == .key else { return .detail(401, "invalid key credentials") }
    guard request.isShort else { return .contentTooLong }
    switch ControlRoute(request.plainPath.utf8.span) {
    case .uploadInitiate, .multipartInitiate: return storage(request).initiate(request)
    case .token: return TokenAPI(isRealtime: false, key: state.keys.tokens).decide(request, date: date, state.options)
    case .realtimeToken:
      return TokenAPI(isRealtime: true, key: state.keys.tokens).decide(request, date: date, state.options)
    case nil: return .pathNotFound(request.path)
    }
  }
}
