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
    switch request.host {
    case .queue: return QueueAPI(state: state).decide(request, at: now, date: date)
    case .run: return RunAPI(state: state).decide(request, at: now, date: date)
    case .rest: return .reply(rest(request, date: date))
    case .own: break
    }
    switch request.segments.first {
    case "files": return .reply(StorageAPI(state: state).file(request))
    case "uploads": return .reply(StorageAPI(state: state).upload(request))
    case "storage", "tokens": return .reply(rest(request, date: date))
    default: return QueueAPI(state: state).decide(request, at: now, date: date)
    }
  }

  private func rest(_ request: SandboxRequest, date: UInt64) -> SandboxReply {
    guard request.credentials == .key else { return .detail(401, "invalid key credentials") }
    if request.segments.starts(with: ["storage", "upload"]) { return StorageAPI(state: state).initiate(request) }
    return TokenAPI.decide(request, date: date, depthLimit: state.options.jsonDepthLimit)
  }
}
