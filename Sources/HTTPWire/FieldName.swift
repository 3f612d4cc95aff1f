internal import Text

/// The field names the relay has a rule for; every other name is `other`.
///
/// Classifying once while parsing lets the rest of the relay compare one byte in place of a name.
public enum FieldName: UInt8, Sendable {
  /// No rule of its own.
  case other

  // Framing and connection management (RFC 9110 §7.6.1, RFC 9112 §6): never forwarded.
  case connection, contentLength, transferEncoding, host, expect, upgrade, trailer
  /// Keep-Alive, Proxy-Connection, TE and the Proxy-Auth… fields.
  case hopByHop

  // Request fields that are forwarded.
  case accept, acceptEncoding, contentType, userAgent, traceContext
  /// A field of fal's that a client may set (protocol.md §3.2): an exact list, so that nothing gets in by its prefix.
  case fal

  // Request fields the proxy reads and keeps.
  case authorization, origin, secFetchSite, requestID
  case accessControlRequestMethod, accessControlRequestHeaders, falTargetURL, contentEncoding
  /// `x-fal-…` fields only fal's own systems may set (protocol.md §3.2, last row).
  case falInternal

  // Response fields with a rule.
  /// What fal calls the request, and what it bills for it.
  case falRequestID, falBillableUnits
  case date
  /// What a cache on the way reads to decide what to keep and for whom (RFC 9111 §5): only the proxy's own word counts.
  case caching
  /// Fields that would act on the page's own origin or tell of the server's inside: cookies, fal's CORS answer, HSTS…
  case privateToUpstream

  /// The case for `name`, compared without regard to ASCII case (RFC 9110 §5.1).
  public init(_ name: Span<UInt8>) {
    self = FieldName.classify(name)
  }

  private static func classify(_ name: Span<UInt8>) -> FieldName {
    guard name.count >= 2 else { return .other }
    // CDN-Cache-Control (RFC 9213) and each vendor's own form of it.
    if name.count > 14, name[name.count - 1] | 0x20 == UInt8(ascii: "l"),
      name.extracting(last: 14).equalsIgnoringCase("-cache-control")
    {
      return .caching
    }
    return classifyByInitial(name)
  }

  @inline(__always)
  private static func classifyByInitial(_ name: Span<UInt8>) -> FieldName {
    let first = name[0].asciiLowercased
    switch first {
    case UInt8(ascii: "a"): return classifyA(name)
    case UInt8(ascii: "c"): return classifyC(name)
    case UInt8(ascii: "x"): return classifyX(name)
    case UInt8(ascii: "d"): return name.equalsIgnoringCase("date") ? .date : .other
    case UInt8(ascii: "e"):
      if name.equalsIgnoringCase("expect") { return .expect }
      return name.equalsIgnoringCase("expires") || name.equalsIgnoringCase("edge-control")
        || name.equalsIgnoringCase("edge-cache-tag") ? .caching : .other
    case UInt8(ascii: "f"):
      if name.hasPrefixIgnoringCase("fastly-") { return .caching }
      return name.equalsIgnoringCase("forwarded") ? .privateToUpstream : .other
    case UInt8(ascii: "h"): return name.equalsIgnoringCase("host") ? .host : .other
    case UInt8(ascii: "k"): return name.equalsIgnoringCase("keep-alive") ? .hopByHop : .other
    case UInt8(ascii: "n"):
      if name.equalsIgnoringCase("no-vary-search") || name.equalsIgnoringCase("netlify-vary") { return .caching }
      return name.equalsIgnoringCase("nel") ? .privateToUpstream : .other
    case UInt8(ascii: "o"): return name.equalsIgnoringCase("origin") ? .origin : .other
    case UInt8(ascii: "p"): return classifyP(name)
    case UInt8(ascii: "r"): return classifyR(name)
    case UInt8(ascii: "s"): return classifyS(name)
    case UInt8(ascii: "t"): return classifyT(name)
    case UInt8(ascii: "u"):
      if name.equalsIgnoringCase("user-agent") { return .userAgent }
      return name.equalsIgnoringCase("upgrade") ? .upgrade : .other
    case UInt8(ascii: "v"): return name.equalsIgnoringCase("via") ? .privateToUpstream : .other
    default: return .other
    }
  }

  private static func classifyA(_ name: Span<UInt8>) -> FieldName {
    switch name.count {
    case 3 where name.equalsIgnoringCase("age"): return .caching
    case 6 where name.equalsIgnoringCase("accept"): return .accept
    case 7 where name.equalsIgnoringCase("alt-svc"): return .privateToUpstream
    case 13 where name.equalsIgnoringCase("authorization"): return .authorization
    case 15 where name.equalsIgnoringCase("accept-encoding"): return .acceptEncoding
    case 29 where name.equalsIgnoringCase("access-control-request-method"): return .accessControlRequestMethod
    case 30 where name.equalsIgnoringCase("access-control-request-headers"): return .accessControlRequestHeaders
    default: return name.hasPrefixIgnoringCase("access-control-") ? .privateToUpstream : .other
    }
  }

  private static func classifyC(_ name: Span<UInt8>) -> FieldName {
    switch name.count {
    case 9 where name.equalsIgnoringCase("cache-tag"): return .caching
    case 10 where name.equalsIgnoringCase("connection"): return .connection
    case 12 where name.equalsIgnoringCase("content-type"): return .contentType
    case 13 where name.equalsIgnoringCase("cache-control"): return .caching
    case 14 where name.equalsIgnoringCase("content-length"): return .contentLength
    case 15 where name.equalsIgnoringCase("clear-site-data"): return .privateToUpstream
    case 16 where name.equalsIgnoringCase("content-encoding"): return .contentEncoding
    default: return name.hasPrefixIgnoringCase("cf-") ? .privateToUpstream : .other
    }
  }

  private static func classifyP(_ name: Span<UInt8>) -> FieldName {
    if name.equalsIgnoringCase("proxy-connection") || name.equalsIgnoringCase("proxy-authenticate")
      || name.equalsIgnoringCase("proxy-authorization") || name.equalsIgnoringCase("proxy-authentication-info")
    {
      return .hopByHop
    }
    if name.equalsIgnoringCase("pragma") { return .caching }
    return name.equalsIgnoringCase("public-key-pins") ? .privateToUpstream : .other
  }

  private static func classifyR(_ name: Span<UInt8>) -> FieldName {
    if name.equalsIgnoringCase("report-to") || name.equalsIgnoringCase("reporting-endpoints")
      || name.equalsIgnoringCase("refresh")
    {
      return .privateToUpstream
    }
    return .other
  }

  private static func classifyS(_ name: Span<UInt8>) -> FieldName {
    switch name.count {
    case 6 where name.equalsIgnoringCase("server"): return .privateToUpstream
    case 10 where name.equalsIgnoringCase("set-cookie"): return .privateToUpstream
    case 11 where name.equalsIgnoringCase("set-cookie2"): return .privateToUpstream
    case 13 where name.equalsIgnoringCase("server-timing"): return .privateToUpstream
    case 14 where name.equalsIgnoringCase("sec-fetch-site"): return .secFetchSite
    case 22 where name.equalsIgnoringCase("service-worker-allowed"): return .privateToUpstream
    case 25 where name.equalsIgnoringCase("strict-transport-security"): return .privateToUpstream
    default:
      // Surrogate-Control, Surrogate-Key and the like.
      return name.hasPrefixIgnoringCase("surrogate-") ? .caching : .other
    }
  }

  private static func classifyT(_ name: Span<UInt8>) -> FieldName {
    switch name.count {
    case 2 where name.equalsIgnoringCase("te"): return .hopByHop
    case 7 where name.equalsIgnoringCase("trailer"): return .trailer
    case 10 where name.equalsIgnoringCase("tracestate"): return .traceContext
    case 11 where name.equalsIgnoringCase("traceparent"): return .traceContext
    case 17 where name.equalsIgnoringCase("transfer-encoding"): return .transferEncoding
    default: return .other
    }
  }

  private static func classifyFal(_ name: Span<UInt8>) -> FieldName {
    switch name.count {
    case 10 where name.equalsIgnoringCase("x-fal-tags"): return .fal
    case 14 where name.equalsIgnoringCase("x-fal-no-retry") || name.equalsIgnoringCase("x-fal-store-io"): return .fal
    case 15 where name.equalsIgnoringCase("x-fal-cdn-token"): return .falInternal
    case 16 where name.equalsIgnoringCase("x-fal-target-url"): return .falTargetURL
    case 16 where name.equalsIgnoringCase("x-fal-request-id"): return .falRequestID
    case 16 where name.equalsIgnoringCase("x-fal-user-agent"): return .fal
    case 17 where name.equalsIgnoringCase("x-fal-runner-hint"): return .fal
    case 18 where name.equalsIgnoringCase("x-fal-client-proxy"): return .falInternal
    case 20 where name.equalsIgnoringCase("x-fal-queue-priority"): return .fal
    case 20 where name.equalsIgnoringCase("x-fal-billable-units"): return .falBillableUnits
    case 21 where name.equalsIgnoringCase("x-fal-request-timeout"): return .fal
    case 22 where name.equalsIgnoringCase("x-fal-object-lifecycle"): return .fal
    case 33 where name.equalsIgnoringCase("x-fal-object-lifecycle-preference"): return .fal
    default: return .other
    }
  }

  private static func classifyX(_ name: Span<UInt8>) -> FieldName {
    if name.hasPrefixIgnoringCase("x-fal-") { return classifyFal(name) }
    if name.equalsIgnoringCase("x-app-fal-disable-fallback") { return .fal }
    if name.equalsIgnoringCase("x-request-id") { return .requestID }
    if name.hasPrefixIgnoringCase("x-litespeed-") || name.hasPrefixIgnoringCase("x-edge-")
      || name.hasPrefixIgnoringCase("x-cdn-") || name.equalsIgnoringCase("xkey")
    {
      return .caching
    }
    if name.equalsIgnoringCase("x-powered-by") || name.equalsIgnoringCase("x-served-by")
      || name.equalsIgnoringCase("x-runtime") || name.equalsIgnoringCase("x-real-ip")
      || name.equalsIgnoringCase("x-cloud-trace-context") || name.hasPrefixIgnoringCase("x-envoy-")
      || name.hasPrefixIgnoringCase("x-amz") || name.hasPrefixIgnoringCase("x-forwarded-")
      || name.hasPrefixIgnoringCase("x-kong-") || name.hasPrefixIgnoringCase("x-cache")
      || name.hasPrefixIgnoringCase("x-backend") || name.hasPrefixIgnoringCase("x-accel-")
      || name.hasPrefixIgnoringCase("x-sendfile") || name.equalsIgnoringCase("x-lighttpd-send-file")
    {
      return .privateToUpstream
    }
    return .other
  }
}
