internal import Guard
internal import HTTPWire

/// An error of the proxy itself: what the client is told, and who is to blame.
///
/// The whole mapping from faults to responses is here. protocol.md §10.1 decides the codes: 502, 503 and 504 are retried
/// by fal's clients, so they are used only where a retry cannot run a job twice; §10.3 decides the body.
struct ProxyError: Error, Equatable {
  /// Whose doing it was, for the access log.
  enum Blame: Equatable {
    case client, upstream, proxy
  }

  let status: Int
  /// The part of `error_type` after `proxy_`.
  let name: StaticString
  /// One sentence; it never repeats what the client sent.
  let message: String
  let blame: Blame
  /// Whether the connection must be closed because what follows on it cannot be trusted or is unwanted.
  let closes: Bool
  /// Value of Allow, for 405.
  var allow: StaticString?
  /// Seconds of Retry-After, for 503.
  var retryAfter: Int?

  init(
    _ status: Int, _ name: StaticString, _ message: String, blame: Blame = .client, closes: Bool = false,
    allow: StaticString? = nil, retryAfter: Int? = nil
  ) {
    self.status = status
    self.name = name
    self.message = message
    self.blame = blame
    self.closes = closes
    self.allow = allow
    self.retryAfter = retryAfter
  }

  static func == (left: ProxyError, right: ProxyError) -> Bool {
    left.status == right.status && left.name.description == right.name.description && left.message == right.message
  }

  // MARK: The client's faults

  /// A message that is not acceptable HTTP/1.1.
  static func wire(_ fault: WireError) -> ProxyError {
    let name: StaticString =
      switch fault {
      case .targetTooLong: "uri_too_long"
      case .headTooLarge, .tooManyFields, .trailersTooLarge: "head_too_large"
      case .unsupportedVersion: "version_not_supported"
      case .unsupportedTransferCoding: "not_implemented"
      case .unsupportedExpectation: "expectation_failed"
      default: "bad_request"
      }
    return ProxyError(fault.status, name, fault.explanation.description, closes: true)
  }

  /// A target the policy refuses.
  static func target(_ refusal: TargetRefusal) -> ProxyError {
    ProxyError(refusal.status, refusal.name, refusal.message)
  }

  static let targetMissing = ProxyError(
    400, "target_missing", "The x-fal-target-url header field is missing: it must name the fal URL to call.")
  static let originNotAllowed = ProxyError(
    403, "origin_not_allowed",
    "Pages of this origin may not use this proxy. Add the origin to allowed_origins (FAL_PROXY_ALLOWED_ORIGINS).")
  static let unauthorized = ProxyError(
    401, "unauthorized", "This proxy asks for a bearer token that is listed in auth.tokens.")
  static let notFound = ProxyError(404, "not_found", "There is nothing at this path.")
  static let connectNotSupported = ProxyError(
    501, "not_implemented", "This proxy neither tunnels nor switches protocols.", closes: true)
  static let headTimedOut = ProxyError(
    408, "request_timeout", "The request head did not arrive within timeouts.head.", closes: true)
  static let contentTimedOut = ProxyError(
    408, "request_timeout", "The request content stood still for longer than timeouts.body.", closes: true)
  static let contentTooLarge = ProxyError(
    413, "content_too_large", "The request content is larger than limits.body.", closes: true)

  static let contentCoding = ProxyError(
    415, "content_coding",
    "fal reads the content of a request as it is: send it without a content coding (Content-Encoding).")

  static func methodNotAllowed(_ allow: StaticString) -> ProxyError {
    ProxyError(405, "method_not_allowed", "This path answers to \(allow) only.", allow: allow)
  }

  // MARK: The upstream's faults

  /// No connection could be had; nothing was sent, so a retry is safe whatever the operation.
  static func unreachable(_ why: StaticString, _ message: String) -> ProxyError {
    ProxyError(502, why, message, blame: .upstream)
  }

  /// fal may have begun to work: the one answer no client retries, so that no job is paid twice.
  static let ambiguous = ProxyError(
    500, "upstream_ambiguous",
    "fal did not answer, but may have received the request. It was not repeated, so that nothing runs or is paid twice.",
    blame: .upstream)
  static let upstreamClosed = ProxyError(
    502, "upstream_closed", "fal closed the connection before it answered.", blame: .upstream)
  static let upstreamInvalid = ProxyError(
    502, "upstream_invalid", "fal's answer was not valid HTTP/1.1.", blame: .upstream)
  static let upstreamTimedOut = ProxyError(
    504, "upstream_timeout", "fal did not answer in time.", blame: .upstream)

  // MARK: The proxy's own

  static let overloaded = ProxyError(
    503, "overloaded", "The proxy has no capacity left for another connection to fal.", blame: .proxy, retryAfter: 1)
  /// The same as `ambiguous`, where it was not fal that ended the wait.
  static let ambiguousAtShutdown = ProxyError(
    500, "upstream_ambiguous",
    "The proxy shut down before fal answered, and fal may have received the request. It was not repeated, so that "
      + "nothing runs or is paid twice.", blame: .proxy, closes: true)
  static let draining = ProxyError(
    503, "draining", "The proxy is shutting down.", blame: .proxy, closes: true, retryAfter: 1)
}
