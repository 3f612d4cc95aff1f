internal import Guard
internal import HTTPServer
internal import Observability
internal import Transport

/// The one mapping from what goes wrong between a client and fal to what the client is told: every status, name and
/// sentence, and whether a retry is safe. HTTP's own refusals are in `Cause+HTTP`.
///
/// protocol.md §10.1 decides the statuses: 502, 503 and 504 are repeated by fal's clients, so they are used only where a
/// repetition cannot run a job twice.
extension Cause {
  // MARK: The client's

  static let targetMissing = Cause(
    400, "target_missing", "The x-fal-target-url header field is missing: it must name the fal URL to call.")
  static let hostNotAllowed = Cause(
    421, "host_not_allowed",
    "This proxy is not called by this host name. Add the name to allowed_hosts (FAL_PROXY_ALLOWED_HOSTS).")
  static let originNotAllowed = Cause(
    403, "origin_not_allowed",
    "Pages of this origin may not use this proxy. Add the origin to allowed_origins (FAL_PROXY_ALLOWED_ORIGINS).")
  /// One answer for an id that is another caller's, made up or fal's own: it must not tell which.
  static let jobNotFound = Cause(
    404, "job_not_found",
    "There is no such job: ids are those that this proxy has given to the same caller for the same app.",
    state: "NOT_FOUND")
  static let groupUnknown = Cause(
    403, "group_unknown",
    "The group of this token is not listed; the operator can add it to groups, or correct the line of the token in "
      + "auth.tokens_file, or what the issuer puts into it.")
  static let contentCoding = Cause(
    415, "content_coding",
    "fal reads the content of a request as it is: send it without a content coding (Content-Encoding).",
    fields: ["accept-encoding": "identity"])

  static let collectedTooLarge = Cause(
    413, "content_too_large",
    "The content of this request has to be checked, and is larger than limits.collected or limits.body.",
    closes: true)

  /// A token request the policy refuses.
  static func token(_ refusal: TokenRefusal) -> Cause {
    switch refusal {
    case .content(let problem):
      Cause(400, "token_request_invalid", "The content of a token request \(problem).")
    case .endpointNotAllowed:
      Cause(
        403, "endpoint_not_allowed",
        "allowed_apps names an app none of whose endpoints is on this proxy's list; the operator can add one to "
          + "allowed_endpoints (FAL_PROXY_ALLOWED_ENDPOINTS).")
    case .endpointNotInGroup:
      Cause(
        403, "endpoint_not_allowed",
        "allowed_apps names an app none of whose endpoints is on the list of the caller's group; the operator can add one to "
          + "the endpoints of that entry of groups.")
    }
  }

  /// An upload the policy refuses.
  static func upload(_ refusal: UploadRefusal) -> Cause {
    switch refusal {
    case .content(let problem):
      Cause(400, "upload_request_invalid", "The content of an upload initiation \(problem).")
    case .contentTypeNotAllowed:
      Cause(
        403, "content_type_not_allowed",
        "Files of this content type are not uploaded here; the operator can add it to uploads.content_types "
          + "(FAL_PROXY_UPLOADS_CONTENT_TYPES).")
    }
  }

  /// A webhook the policy refuses.
  static func webhook(_ refusal: WebhookRefusal) -> Cause {
    let reason =
      switch refusal {
      case .malformed:
        "is no complete https URL of a lower-case host and a path, without user, port, fragment, escapes in the path or dot "
          + "segments; write one that"
      case .privateHost: "names a private address or name, which no setting opens; name a public host that"
      case .notListed: "is not on this proxy's list; the operator can add it where it"
      }
    return Cause(
      403, "webhook_not_allowed", "The fal_webhook \(reason) webhooks.allow (FAL_PROXY_WEBHOOKS_ALLOW) covers.")
  }

  /// A target the policy refuses: 400 for what no policy would accept, 403 for what this one does not.
  static func target(_ refusal: TargetRefusal) -> Cause {
    switch refusal {
    case .malformed:
      Cause(
        400, "target_invalid",
        "x-fal-target-url must be a complete https URL of a fal host in lower case, without user, port, fragment, "
          + "escapes in the path or dot segments.")
    case .notHTTPS:
      Cause(
        400, "target_not_https",
        "Only https targets are forwarded; x-fal-target-url begins with http://.")
    case .tooLong:
      Cause(
        400, "target_too_long",
        "x-fal-target-url is longer than this proxy accepts.")
    case .endpointMissing:
      Cause(
        400, "endpoint_missing",
        "x-fal-target-url names no endpoint; its path must begin with /owner/alias.")
    case .targetNotAllowed:
      Cause(
        403, "target_not_allowed",
        "The target URL is not on this proxy's list; the operator can add it to allowed_urls.")
    case .tokensDisabled:
      Cause(
        403, "tokens_disabled",
        "This proxy does not hand out fal tokens; the operator can turn them on with tokens.enabled.")
    case .operationNotAllowed:
      Cause(
        403, "operation_not_allowed",
        "This method and path are not an operation of fal's API that this proxy forwards.")
    case .getRunsDisabled:
      Cause(
        403, "get_runs_disabled",
        "This proxy runs no model by GET: send the input with POST, or the operator can turn it on with get_runs "
          + "(FAL_PROXY_GET_RUNS).")
    case .endpointNotAllowed:
      Cause(
        403, "endpoint_not_allowed",
        "The endpoint is not on this proxy's list; the operator can add it to allowed_endpoints "
          + "(FAL_PROXY_ALLOWED_ENDPOINTS).")
    case .endpointNotInGroup:
      Cause(
        403, "endpoint_not_allowed",
        "The endpoint is not on the list of the caller's group; the operator can add it to the endpoints of that entry of "
          + "groups.")
    }
  }

  // MARK: The upstream's

  /// No connection could be had; nothing was sent.
  static func unreachable(_ failure: DialFailure) -> Cause {
    switch failure {
    case .nameNotResolved, .addressForbidden:
      Cause(502, "upstream_dns", "The name of the fal host could not be resolved.", by: .upstream)
    case .connectFailed: Cause(502, "upstream_connect", "No connection to fal could be made.", by: .upstream)
    case .connectTimedOut:
      Cause(
        502, "upstream_connect_timeout", "No connection to fal was made within upstream.connect.", by: .upstream)
    case .tlsFailed(let reason, _):
      Cause(502, "upstream_tls", "No secure connection to fal: \(reason).", by: .upstream)
    case .tlsTimedOut:
      Cause(
        502, "upstream_tls_timeout", "The TLS handshake with fal took longer than upstream.tls.", by: .upstream)
    case .exhausted:
      Cause(
        503, "overloaded", "The proxy has no capacity left for another connection to fal.", by: .proxy,
        fields: ["retry-after": "1"])
    }
  }

  /// fal may have begun to work: the one answer no client repeats, so that no job is paid twice.
  static let ambiguous = Cause(
    500, "upstream_ambiguous",
    "fal did not answer, but may have received the request. It was not repeated, so that nothing runs or is paid twice.",
    by: .upstream, isRetrySafe: false)
  static let upstreamClosed = Cause(
    502, "upstream_closed", "fal closed the connection before it answered.", by: .upstream)
  static let upstreamInvalid = Cause(
    502, "upstream_invalid", "fal's answer was not valid HTTP/1.1.", by: .upstream)
  static let upstreamTimedOut = Cause(504, "upstream_timeout", "fal did not answer in time.", by: .upstream)

  // MARK: The proxy's own

  /// The same as `ambiguous`, where it was not fal that ended the wait.
  static let ambiguousAtShutdown = Cause(
    500, "upstream_ambiguous",
    "The proxy shut down before fal answered, and fal may have received the request. It was not repeated, so that "
      + "nothing runs or is paid twice.", by: .proxy, isRetrySafe: false, closes: true)
}
