public import HTTPWire
internal import Observability

/// The refusals of HTTP itself (RFC 9110 §15, RFC 9112): every status, name and sentence.
extension Cause {
  public static let notFound = Cause(404, "not_found", "There is nothing at this path.")
  /// - Parameter proxyPath: where there is something.
  public static func notFound(proxyPath: String) -> Cause {
    Cause(404, "not_found", "There is nothing at this path; the proxy answers at \(proxyPath).")
  }
  public static let connectNotSupported = Cause(
    501, "not_implemented", "This proxy neither tunnels nor switches protocols.", closes: true)
  public static let headTimedOut = Cause(
    408, "request_timeout", "The request head did not arrive within timeouts.head.", closes: true)
  public static let tlsOnPlainPort = Cause(
    400, "tls_on_plain_port", "This port speaks plain HTTP: call it with http://, or let a server in front end TLS.",
    closes: true)
  public static let proxyHeaderNotRead = Cause(
    400, "bad_request",
    "The connection begins with a PROXY header, which is read only with client_address: proxy_protocol and from addresses in "
      + "trusted_proxies, once.", closes: true)
  public static let contentTimedOut = Cause(
    408, "request_timeout",
    "The request content stood still for longer than timeouts.body, or came more slowly than limits.body_rate.",
    closes: true)
  public static let contentTooLarge = Cause(
    413, "content_too_large", "The request content is larger than limits.body.", closes: true)
  public static let overloaded = Cause(
    503, "overloaded", "The proxy has no capacity left.", by: .proxy, fields: ["retry-after": "1"])
  public static let draining = Cause(
    503, "draining", "The proxy is shutting down.", by: .proxy, closes: true, fields: ["retry-after": "1"])

  /// - Parameter allow: the methods that are served, as Allow lists them (RFC 9110 §10.2.1).
  public static func methodNotAllowed(_ allow: StaticString) -> Cause {
    Cause(405, "method_not_allowed", "This path answers to \(allow) only.", fields: ["allow": allow.description])
  }

  /// A message that is not acceptable HTTP/1.1.
  public static func wire(_ fault: WireError) -> Cause {
    func refuse(_ status: Int, _ name: StaticString, _ sentence: String) -> Cause {
      Cause(status, name, sentence, closes: true)
    }
    return switch fault {
    case .malformedStartLine: refuse(400, "bad_request", "The request line is not valid HTTP/1.1.")
    case .unsupportedVersion: refuse(505, "version_not_supported", "Only HTTP/1.1 and HTTP/1.0 are served here.")
    case .targetTooLong:
      refuse(414, "uri_too_long", "The request target is longer than limits.request_target.")
    case .headTooLarge: refuse(431, "head_too_large", "The request head is larger than limits.head.")
    case .tooManyFields: refuse(431, "head_too_large", "The request has more header fields than limits.fields.")
    case .malformedField: refuse(400, "bad_request", "A header field is not valid HTTP/1.1.")
    case .bareLineTerminator: refuse(400, "bad_request", "A line of the request head does not end in CR LF.")
    case .invalidHost: refuse(400, "bad_request", "The Host header field must be present once and name a host.")
    case .duplicateField:
      refuse(400, "bad_request", "A header field that may appear only once was repeated.")
    case .invalidContentLength:
      refuse(400, "bad_request", "The Content-Length header field must be present at most once, as digits only.")
    case .invalidTransferEncoding:
      refuse(400, "bad_request", "The Transfer-Encoding header field must be exactly: chunked.")
    case .unsupportedTransferCoding:
      refuse(501, "not_implemented", "The only transfer coding understood here is chunked.")
    case .conflictingFraming:
      refuse(400, "bad_request", "Content-Length and Transfer-Encoding exclude each other.")
    case .unexpectedContent: refuse(400, "bad_request", "This method must not carry content.")
    case .unsupportedExpectation:
      refuse(417, "expectation_failed", "The only expectation met here is 100-continue.")
    case .invalidChunk: refuse(400, "bad_request", "The chunked content is malformed.")
    case .trailersTooLarge:
      refuse(431, "head_too_large", "The trailer section or the chunk extensions are too large.")
    }
  }
}
