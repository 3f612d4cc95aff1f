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
  case accept, acceptEncoding, userAgent, traceContext
  /// Range and the conditions of a request for what the client may have already (RFC 9110 §13.1, §14.2).
  case conditional
  /// An `x-fal-…` field that a client may set (protocol.md §3.2): an exact list, so that nothing gets in by its prefix.
  case fal
  /// Those of them that cost others something: a place before them in the queue, the time a job may wait, the bill's tags.
  case falPriority, falTimeout, falTags
  /// A field for the app a model runs in that a client may set.
  case falApp

  // Request fields the proxy reads and keeps.
  case authorization, origin, secFetchSite, requestID
  case accessControlRequestMethod, accessControlRequestHeaders, falTargetURL
  /// What a server in front writes about the client it has a request from (RFC 7239, and the two it is to replace).
  case forwardedFor, forwarded, realIP
  /// `x-fal-…` fields only fal's own systems may set, or read (protocol.md §3.2, last row).
  case falInternal

  // Response fields that are forwarded; Content-Type in requests too.
  case contentType, contentEncoding, contentRange, contentDisposition, contentLocation
  case date, etag, lastModified, location, retryAfter
  /// What else tells of the content: Content-… without the security policies, which are the page's, and Accept-Ranges.
  case representation
  /// What fal calls the request, and what it bills for it.
  case falRequestID, falBillableUnits
  /// Any other `x-fal-…` field.
  case falOther

  /// The case for `name`, compared without regard to ASCII case (RFC 9110 §5.1).
  public init(_ name: Span<UInt8>) {
    self = FieldName.classify(name)
  }

  private static func classify(_ name: Span<UInt8>) -> FieldName {
    guard name.count >= 2 else { return .other }
    switch name[0].asciiLowercased {
    case UInt8(ascii: "a"): return classifyA(name)
    case UInt8(ascii: "c"): return classifyC(name)
    case UInt8(ascii: "x"): return classifyX(name)
    case UInt8(ascii: "d"): return name.equalsIgnoringCase("date") ? .date : .other
    case UInt8(ascii: "e"):
      if name.equalsIgnoringCase("etag") { return .etag }
      return name.equalsIgnoringCase("expect") ? .expect : .other
    case UInt8(ascii: "f"): return name.equalsIgnoringCase("forwarded") ? .forwarded : .other
    case UInt8(ascii: "h"): return name.equalsIgnoringCase("host") ? .host : .other
    case UInt8(ascii: "i"): return classifyI(name)
    case UInt8(ascii: "k"): return name.equalsIgnoringCase("keep-alive") ? .hopByHop : .other
    case UInt8(ascii: "l"):
      if name.equalsIgnoringCase("last-modified") { return .lastModified }
      return name.equalsIgnoringCase("location") ? .location : .other
    case UInt8(ascii: "o"): return name.equalsIgnoringCase("origin") ? .origin : .other
    case UInt8(ascii: "p"): return classifyP(name)
    case UInt8(ascii: "r"):
      if name.equalsIgnoringCase("retry-after") { return .retryAfter }
      return name.equalsIgnoringCase("range") ? .conditional : .other
    case UInt8(ascii: "s"): return name.equalsIgnoringCase("sec-fetch-site") ? .secFetchSite : .other
    case UInt8(ascii: "t"): return classifyT(name)
    case UInt8(ascii: "u"):
      if name.equalsIgnoringCase("user-agent") { return .userAgent }
      return name.equalsIgnoringCase("upgrade") ? .upgrade : .other
    default: return .other
    }
  }

  private static func classifyA(_ name: Span<UInt8>) -> FieldName {
    switch name.count {
    case 6 where name.equalsIgnoringCase("accept"): return .accept
    case 13 where name.equalsIgnoringCase("authorization"): return .authorization
    case 13 where name.equalsIgnoringCase("accept-ranges"): return .representation
    case 15 where name.equalsIgnoringCase("accept-encoding"): return .acceptEncoding
    case 29 where name.equalsIgnoringCase("access-control-request-method"): return .accessControlRequestMethod
    case 30 where name.equalsIgnoringCase("access-control-request-headers"): return .accessControlRequestHeaders
    default: return .other
    }
  }

  private static func classifyC(_ name: Span<UInt8>) -> FieldName {
    switch name.count {
    case 10 where name.equalsIgnoringCase("connection"): return .connection
    case 12 where name.equalsIgnoringCase("content-type"): return .contentType
    case 13 where name.equalsIgnoringCase("content-range"): return .contentRange
    case 14 where name.equalsIgnoringCase("content-length"): return .contentLength
    case 16 where name.equalsIgnoringCase("content-encoding"): return .contentEncoding
    case 16 where name.equalsIgnoringCase("content-location"): return .contentLocation
    case 19 where name.equalsIgnoringCase("content-disposition"): return .contentDisposition
    default:
      let isPolicy = name.hasPrefixIgnoringCase("content-security")
      return !isPolicy && isMember(name, of: "content-") ? .representation : .other
    }
  }

  private static func classifyI(_ name: Span<UInt8>) -> FieldName {
    switch name.count {
    case 8 where name.equalsIgnoringCase("if-range"): return .conditional
    case 13 where name.equalsIgnoringCase("if-none-match"): return .conditional
    case 17 where name.equalsIgnoringCase("if-modified-since"): return .conditional
    default: return .other
    }
  }

  private static func classifyP(_ name: Span<UInt8>) -> FieldName {
    if name.equalsIgnoringCase("proxy-connection") || name.equalsIgnoringCase("proxy-authenticate")
      || name.equalsIgnoringCase("proxy-authorization") || name.equalsIgnoringCase("proxy-authentication-info")
    {
      return .hopByHop
    }
    return .other
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
    case 10 where name.equalsIgnoringCase("x-fal-tags"): return .falTags
    case 13 where name.equalsIgnoringCase("x-fal-user-id"): return .falInternal
    case 14 where name.equalsIgnoringCase("x-fal-no-retry") || name.equalsIgnoringCase("x-fal-store-io"): return .fal
    case 15 where name.equalsIgnoringCase("x-fal-cdn-token"): return .falInternal
    case 16 where name.equalsIgnoringCase("x-fal-target-url"): return .falTargetURL
    case 16 where name.equalsIgnoringCase("x-fal-request-id"): return .falRequestID
    case 16 where name.equalsIgnoringCase("x-fal-user-agent"): return .fal
    case 17 where name.equalsIgnoringCase("x-fal-runner-hint"): return .fal
    case 18 where name.equalsIgnoringCase("x-fal-client-proxy"): return .falInternal
    case 19 where name.equalsIgnoringCase("x-fal-authorization"): return .falInternal
    case 20 where name.equalsIgnoringCase("x-fal-queue-priority"): return .falPriority
    case 20 where name.equalsIgnoringCase("x-fal-billable-units"): return .falBillableUnits
    case 21 where name.equalsIgnoringCase("x-fal-request-timeout"): return .falTimeout
    case 22 where name.equalsIgnoringCase("x-fal-object-lifecycle"): return .fal
    case 33 where name.equalsIgnoringCase("x-fal-object-lifecycle-preference"): return .fal
    default: return isMember(name, of: "x-fal-") ? .falOther : .other
    }
  }

  private static func classifyX(_ name: Span<UInt8>) -> FieldName {
    if name.hasPrefixIgnoringCase("x-fal-") { return classifyFal(name) }
    switch name.count {
    case 9 where name.equalsIgnoringCase("x-real-ip"): return .realIP
    case 12 where name.equalsIgnoringCase("x-request-id"): return .requestID
    case 15 where name.equalsIgnoringCase("x-forwarded-for"): return .forwardedFor
    case 26 where name.equalsIgnoringCase("x-app-fal-disable-fallback"): return .falApp
    default: return .other
    }
  }

  /// Whether `name` is `prefix` and more, in letters, digits and dashes: layers that make a variable of a name take other
  /// bytes for a dash, so that `x-fal-cdn_token` could stand for another field.
  private static func isMember(_ name: Span<UInt8>, of prefix: StaticString) -> Bool {
    let start = prefix.utf8CodeUnitCount
    guard name.count > start, name.hasPrefixIgnoringCase(prefix) else { return false }
    for index in start..<name.count {
      guard name[index].isLetterOrDigit || name[index] == UInt8(ascii: "-") else { return false }
    }
    return true
  }
}
