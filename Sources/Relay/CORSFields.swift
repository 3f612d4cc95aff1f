internal import Guard
internal import HTTPServer
internal import HTTPWire
internal import Text

/// The proxy's CORS answer (protocol.md §10.2), with everything constant laid out once.
struct CORSFields: Sendable {
  private static let exposed: StaticString =
    """
    x-fal-request-id, x-fal-request-timeout-type, x-fal-error-type, x-fal-billable-units, x-fal-retryable, \
    x-fal-needs-retry, x-fal-runner-hints, x-fal-served-from, x-request-id, retry-after, ratelimit, \
    ratelimit-policy, fal-proxy-budget-remaining, etag, accept-ranges, content-range, content-disposition
    """
  private static let allowedHeaders =
    """
    x-fal-target-url, content-type, accept, authorization, x-fal-queue-priority, x-fal-runner-hint, \
    x-fal-request-timeout, x-fal-object-lifecycle, x-fal-object-lifecycle-preference, x-fal-store-io, x-fal-no-retry, \
    x-fal-user-agent, x-fal-tags, x-app-fal-disable-fallback, x-request-id, traceparent, tracestate
    """

  let allowCredentials: Bool
  private let maxAge: String
  private let allowedHeaders: String

  /// - Parameter forwarded: what `forward_fields` adds to what pages may send.
  init(allowCredentials: Bool, maxAgeSeconds: Int, forwarded: [String]) {
    self.allowCredentials = allowCredentials
    maxAge = String(maxAgeSeconds)
    allowedHeaders = ([CORSFields.allowedHeaders] + forwarded.map { $0.lowercased() }).joined(separator: ", ")
  }

  /// Appends the field lines that any response to a request with this decision carries.
  func append(for decision: OriginDecision, origin: Span<UInt8>?, to fields: inout [UInt8]) {
    switch decision {
    case .absent, .sameOrigin, .refused: return
    case .anyAllowed: fields.append("access-control-allow-origin: *\r\n")
    case .allowed:
      guard let origin else { return }
      fields.append("access-control-allow-origin: ")
      origin.withUnsafeBufferPointer { fields.append(contentsOf: $0) }
      fields.append("\r\n")
      if allowCredentials { fields.append("access-control-allow-credentials: true\r\n") }
    }
    fields.append("access-control-expose-headers: ")
    fields.append(CORSFields.exposed)
    fields.append("\r\n")
  }

  /// The field names in a value of Access-Control-Request-Headers; what is no name is left out. It is bounded by the limits of
  /// a head.
  static func names(in value: Span<UInt8>) -> [String] {
    var names: [String] = []
    FieldSection.forEachToken(in: value) { name in
      for index in 0..<name.count where !name[index].isTokenByte { return }
      names.append(name.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
    }
    return names
  }

  /// The answer to a preflight that is let through (Fetch standard, CORS-preflight request). Pages may send whatever they ask
  /// for: tracing, the clients' next field. What fal is not to see is left out on the way.
  func preflight(asking requested: [String]) -> LocalAnswer {
    LocalAnswer(
      204,
      fields: [
        ("access-control-allow-methods", "GET, POST, PUT, OPTIONS"),
        ("access-control-allow-headers", requested.isEmpty ? allowedHeaders : requested.joined(separator: ", ")),
        ("access-control-max-age", maxAge),
        ("vary", "access-control-request-headers"),
      ])
  }
}
