import HTTPWire
import Testing

@Suite("Field names")
struct FieldNameTests {
  static let known: [(String, FieldName)] =
    [
      ("Connection", .connection), ("Transfer-Encoding", .transferEncoding),
      ("Host", .host), ("Expect", .expect), ("Upgrade", .upgrade), ("Trailer", .trailer), ("Accept", .accept),
      ("Accept-Encoding", .acceptEncoding), ("User-Agent", .userAgent),
      ("Traceparent", .traceContext), ("Tracestate", .traceContext), ("Authorization", .authorization),
      ("Origin", .origin), ("Sec-Fetch-Site", .secFetchSite), ("X-Request-Id", .requestID),
      ("X-Forwarded-For", .forwardedFor), ("Forwarded", .forwarded), ("X-Real-IP", .realIP),
      ("Access-Control-Request-Method", .accessControlRequestMethod),
      ("Access-Control-Request-Headers", .accessControlRequestHeaders), ("X-Fal-Target-Url", .falTargetURL),
      ("X-Fal-Queue-Priority", .falPriority), ("X-Fal-Request-Timeout", .falTimeout), ("X-Fal-Tags", .falTags),
      ("X-App-Fal-Disable-Fallback", .falApp), ("Date", .date), ("ETag", .etag), ("Last-Modified", .lastModified),
      ("Location", .location), ("Retry-After", .retryAfter), ("Accept-Ranges", .representation),
      ("X-Fal-Request-Id", .falRequestID), ("X-Fal-Billable-Units", .falBillableUnits),
    ]
    + ["Range", "If-Range", "If-None-Match", "If-Modified-Since"].map { ($0, .conditional) }
    + ["X-Fal-Cdn-Token", "X-Fal-Client-Proxy", "X-Fal-Authorization", "X-Fal-User-Id"].map { ($0, .falInternal) }
    + [
      "X-Fal-Runner-Hint", "X-Fal-No-Retry", "X-Fal-Object-Lifecycle", "X-Fal-Object-Lifecycle-Preference",
      "X-Fal-Store-IO", "X-Fal-User-Agent",
    ].map { ($0, .fal) }
    + [
      "Keep-Alive", "Proxy-Connection", "TE", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Authentication-Info",
    ]
    .map { ($0, .hopByHop) }

  /// Members of the two families whose names are not all known.
  static let members: [(String, FieldName)] =
    [
      ("Content-Type", .contentType), ("Content-Length", .contentLength), ("Content-Encoding", .contentEncoding),
      ("Content-Range", .contentRange), ("Content-Disposition", .contentDisposition),
      ("Content-Location", .contentLocation),
    ]
    + ["Content-Language", "Content-Digest", "Content-MD5", "Content-DPR", "Content-X2"].map { ($0, .representation) }
    + ["X-Fal-Retry-Config", "X-Fal-2"].map { ($0, .falOther) }

  private func kind(_ name: some StringProtocol) -> FieldName { FieldName(Array(name.utf8).span) }

  @Test("knows each name in any letter case (RFC 9110 §5.1)", arguments: known + members)
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
    // What is no longer the name may be another `x-fal-` field.
    let miss: [FieldName] = name.hasPrefix("X-Fal-") ? [.other, .falOther] : [.other]
    #expect(kind("x" + name) == .other)
    #expect(kind(name.replacing("-", with: "_")) == .other || !name.contains("-"))
    #expect(miss.contains(kind(name + "x")))
    #expect(miss.contains(kind(name.dropLast())))
    for index in name.indices {
      var changed = name
      changed.replaceSubrange(index...index, with: "q")
      #expect(miss.contains(kind(changed)) || name[index].lowercased() == "q", "\(changed)")
    }
  }

  @Test("a member of a family has no other bytes than letters, digits and dashes", arguments: members)
  func families(name: String, expected: FieldName) {
    for index in name.indices where name[index] == "-" {
      for byte in ["_", ".", "+", " "] {
        var changed = name
        changed.replaceSubrange(index...index, with: byte)
        #expect(kind(changed) == .other, "\(changed)")
      }
    }
    #expect(kind("x" + name) == .other)
    #expect(kind(name + "_") == .other)
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
      "", "h", "x", "X-", "X-Fal", "Xfal-Target-Url", "Cookie", "Referer", "X-Fal-", "Content-", "X-Fal-Store_IO",
      "X-Fal_Tags", "X_Fal-Tags", "X-Fal-Client_Proxy", "X-App-Fal-Can-Disable-Filter", "Vary", "If-Match",
      "If-Unmodified-Since", "Cache-Control", "Set-Cookie", "Server", "Access-Control-Allow-Origin", "WWW-Authenticate",
      "Content-Security-Policy", "Content-Security-Policy-Report-Only", "Contents", "Content", "X-Reproxy-Url",
    ])
  func others(name: String) {
    #expect(kind(name) == .other)
  }
}
