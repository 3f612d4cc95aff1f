import HTTPWire
import Testing

@Suite("Field names")
struct FieldNameTests {
  static let known: [(String, FieldName)] =
    [
      ("Connection", .connection), ("Content-Length", .contentLength), ("Transfer-Encoding", .transferEncoding),
      ("Host", .host), ("Expect", .expect), ("Upgrade", .upgrade), ("Trailer", .trailer), ("Accept", .accept),
      ("Accept-Encoding", .acceptEncoding), ("Content-Type", .contentType), ("User-Agent", .userAgent),
      ("Traceparent", .traceContext), ("Tracestate", .traceContext), ("Authorization", .authorization),
      ("Origin", .origin), ("Sec-Fetch-Site", .secFetchSite), ("X-Request-Id", .requestID),
      ("Access-Control-Request-Method", .accessControlRequestMethod),
      ("Access-Control-Request-Headers", .accessControlRequestHeaders), ("X-Fal-Target-Url", .falTargetURL),
      ("X-Fal-Cdn-Token", .falInternal), ("X-Fal-Client-Proxy", .falInternal), ("Date", .date),
      ("X-Fal-Request-Id", .falRequestID), ("X-Fal-Billable-Units", .falBillableUnits),
      ("Content-Encoding", .contentEncoding),
    ]
    + [
      "X-Fal-Queue-Priority", "X-Fal-Runner-Hint", "X-Fal-Request-Timeout", "X-Fal-No-Retry", "X-Fal-Object-Lifecycle",
      "X-Fal-Object-Lifecycle-Preference", "X-Fal-Store-IO", "X-Fal-User-Agent", "X-Fal-Tags",
      "X-App-Fal-Disable-Fallback",
    ].map { ($0, .fal) }
    + [
      "Cache-Control", "Expires", "Pragma", "Age", "Surrogate-Control", "Surrogate-Key", "Edge-Control",
      "CDN-Cache-Control", "CF-Cache-Control", "Vercel-CDN-Cache-Control",
    ].map { ($0, .caching) }
    + [
      "Keep-Alive", "Proxy-Connection", "TE", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Authentication-Info",
    ]
    .map { ($0, .hopByHop) }
    + [
      "Forwarded", "NEL", "Via", "Alt-Svc", "Access-Control-Allow-Origin", "Access-Control-Max-Age", "Access-Control-",
      "Clear-Site-Data", "CF-Ray", "Public-Key-Pins", "Report-To", "Reporting-Endpoints", "Refresh", "Server",
      "Set-Cookie", "Set-Cookie2", "Server-Timing", "Service-Worker-Allowed", "Strict-Transport-Security",
      "X-Powered-By", "X-Served-By", "X-Runtime", "X-Real-Ip", "X-Cloud-Trace-Context", "X-Envoy-Upstream-Service-Time",
      "X-Amz-Cf-Id", "X-Forwarded-For", "X-Forwarded-Host", "X-Kong-Proxy-Latency", "X-Cache", "X-Cache-Hits",
      "X-Backend-Server",
    ].map { ($0, .privateToUpstream) }

  private func kind(_ name: some StringProtocol) -> FieldName { FieldName(Array(name.utf8).span) }

  @Test("knows each name in any letter case (RFC 9110 §5.1)", arguments: known)
  func mixedCase(name: String, expected: FieldName) {
    #expect(kind(name) == expected)
    #expect(kind(name.lowercased()) == expected)
    #expect(kind(name.uppercased()) == expected)
    let alternating = String(
      name.enumerated().map {
        $0.offset % 2 == 0 ? Character($0.element.lowercased()) : Character($0.element.uppercased())
      })
    #expect(kind(alternating) == expected)
  }

  @Test("does not take a near miss for the name: one byte more, less or other", arguments: known)
  func nearMisses(name: String, expected: FieldName) {
    // A family known by its prefix or its end has no near miss there.
    let isFamily = [
      "surrogate-", "access-control-", "cf-", "x-amz", "x-forwarded-", "x-kong-", "x-cache", "x-backend", "x-envoy-",
    ]
    .contains { name.lowercased().hasPrefix($0) || name.lowercased().hasSuffix("-cache-control") }
    guard !name.lowercased().hasSuffix("-cache-control") else { return }
    #expect(kind("x" + name) == .other)
    #expect(kind(name.replacing("-", with: "_")) == .other || !name.contains("-"))
    guard !isFamily else { return }
    #expect(kind(name + "x") == .other)
    for index in name.indices {
      var changed = name
      changed.replaceSubrange(index...index, with: "q")
      #expect(kind(changed) == .other || name[index].lowercased() == "q", "\(changed)")
    }
    let shorter = kind(name.dropLast())
    // Set-Cookie2 without its last letter is Set-Cookie.
    #expect(shorter == .other || name == "Set-Cookie2")
  }

  @Test("does not fold bytes that differ from a letter by the case bit alone")
  func caseBit() {
    for name in [
      "X\rFal\rTarget\rUrl", "content\rlength", "Host\u{0}", "h\u{4F}st ", "ho\u{53}\u{34}", "[ost", "H\u{2F}st",
    ] {
      #expect(kind(name) == .other)
    }
    #expect(kind("x@fal-target-url") == .other)
    #expect(kind("x-fal-target\u{D}url") == .other)
  }

  @Test(
    "has no rule for everything else",
    arguments: [
      "", "h", "x", "X-", "X-Fal", "Xfal-Target-Url", "Cookie", "Referer", "ETag", "Retry-After", "X-Fal-",
      "X-Fal-Request-Ids", "X-Fal-Anything", "X-Fal-Retry-Config", "X-Fal-Webhook-Url", "X-Fal-Store_IO", "X-Fal_Tags",
      "X_Fal-Tags", "X-Fal-Client_Proxy", "X-App-Fal-Can-Disable-Filter", "Vary",
    ])
  func others(name: String) {
    #expect(kind(name) == .other)
  }
}
