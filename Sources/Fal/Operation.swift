public import HTTPWire

/// What a target asks fal to do (protocol.md §2.2).
public enum Operation: UInt8, Sendable, CaseIterable {
  /// Puts a job into the queue; `POST`, or `GET` with the input in the query.
  case submit
  /// Runs a model and waits for its output.
  case run
  /// Runs a model that answers with server-sent events; the path ends in `/stream`.
  case stream
  /// Asks for the state of a queued job.
  case status
  /// Follows the state of a queued job as server-sent events.
  case statusStream
  /// Fetches the output of a job.
  case result
  /// Asks fal to drop a job.
  case cancel
  /// Reserves a place on the CDN for an upload the client then makes directly (protocol.md §6.1, §6.2).
  case uploadInitiate
  /// Mints a token clients use at fal without the proxy (protocol.md §7).
  case token
  /// Anything else the operator has listed in `allowed_urls`.
  case other

  /// A stable lower-case name for logs and metrics.
  public var name: StaticString {
    switch self {
    case .submit: "submit"
    case .run: "run"
    case .stream: "stream"
    case .status: "status"
    case .statusStream: "status_stream"
    case .result: "result"
    case .cancel: "cancel"
    case .uploadInitiate: "upload_initiate"
    case .token: "token"
    case .other: "other"
    }
  }

  /// Whether the operation can spend money or create something, so that limits apply and a blind retry is unsafe.
  ///
  /// The method decides for `other` only: a `GET` of a model runs it as a `POST` does (protocol.md §2.2, last bullet).
  public func mayExecute(_ method: Method) -> Bool {
    switch self {
    case .submit, .run, .stream, .uploadInitiate, .token: true
    case .status, .statusStream, .result, .cancel: false
    case .other: method != .get && method != .head
    }
  }
}
