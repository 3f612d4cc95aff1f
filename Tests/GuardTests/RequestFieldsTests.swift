import HTTPWire
import Testing

@testable import Guard

@Suite("What becomes of a client's fields")
struct RequestFieldsTests {
  private func make(_ rules: [String: String] = [:], forward: [String] = []) throws(PatternError) -> RequestFields {
    try RequestFields(rules, forwarded: try ForwardedFields(forward))
  }

  private func fate(_ fields: RequestFields, _ line: String, isRetrieval: Bool = false) -> RequestFields.Fate {
    let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { Array($0.utf8) }
    let (name, value) = (parts[0], parts[1])
    return fields.fate(of: FieldName(name.span))
      ?? fields.fate(of: FieldName(name.span), name.span, value.span, isRetrieval: isRetrieval)
  }

  @Test(
    "without an entry the list passes, and what would cost others does not",
    arguments: [
      ("accept=*/*", RequestFields.Fate.pass), ("content-type=a/b", .pass), ("X-Fal-Runner-Hint=a", .pass),
      ("x-fal-no-retry=1", .pass), ("x-app-fal-disable-fallback=1", .pass), ("traceparent=a", .pass),
      ("x-fal-queue-priority=low", .pass), ("X-Fal-Queue-Priority=normal", .pass),
      ("x-fal-queue-priority=high", .drop), ("x-fal-queue-priority=", .drop), ("x-fal-queue-priority=Low", .drop),
      ("x-fal-queue-priority=low, high", .drop), ("x-fal-queue-priority=low;high", .drop),
      ("x-fal-tags=team=red", .drop), ("X-FAL-TAGS=", .drop), ("cookie=a", .drop), ("x-fal-other=a", .drop),
      ("x-fal-user-id=a", .drop), ("range=bytes=0-", .drop), ("x-other=a", .drop),
    ])
  func standard(line: String, expected: RequestFields.Fate) throws { #expect(fate(try make(), line) == expected) }

  @Test(
    "a time to start is a number of seconds, of one hour at most",
    arguments: [
      ("2", RequestFields.Fate.pass), ("30", .pass), ("1.5", .pass), ("0.05", .pass), ("3600", .pass),
      ("3600.000", .pass),
      ("003600", .pass), ("3600.001", .lower), ("3601", .lower), ("86400", .lower), ("99999999999999999999999", .lower),
      ("0000000000000000000003601", .lower), ("3601.0", .lower), ("", .drop), (".", .drop), ("1.", .drop),
      (".5", .drop),
      ("1.2.3", .drop), ("1..2", .drop), ("-1", .drop), ("+1", .drop), ("1e9", .drop), ("inf", .drop), ("nan", .drop),
      ("0x10", .drop), ("1_000", .drop), ("1,000", .drop), ("1 000", .drop), ("30s", .drop), ("30, 40", .drop),
      ("١", .drop),
    ])
  func timeout(value: String, expected: RequestFields.Fate) throws {
    #expect(fate(try make(), "x-fal-request-timeout=\(value)") == expected)
  }

  @Test("a field with an entry follows it, whatever the default says, and no other does")
  func entries() throws {
    let fields = try make(
      [
        "x-fal-queue-priority": "pass", "X-Fal-Request-Timeout": "pass", "x-fal-tags": "force: app=web",
        "x-fal-no-retry": "drop",
        "x-fal-store-io": "force:0", "x-custom": "pass", "x-operator": "force: a b",
      ], forward: ["x-custom", "x-else"])
    for (line, expected) in [
      ("x-fal-queue-priority=high", RequestFields.Fate.pass), ("X-Fal-Request-Timeout=99999", .pass),
      ("x-fal-tags=mine=1", .drop), ("X-FAL-NO-RETRY=1", .drop), ("x-fal-store-io=1", .drop), ("x-custom=a", .pass),
      ("x-else=a", .pass), ("x-operator=mine", .drop), ("x-fal-runner-hint=a", .pass), ("x-customs=a", .drop),
    ] {
      #expect(fate(fields, line) == expected, "\(line)")
    }
    #expect(
      String(decoding: fields.forced, as: UTF8.self)
        == "x-fal-store-io: 0\r\nx-fal-tags: app=web\r\nx-operator: a b\r\n")
    #expect(try make().forced.isEmpty)
  }

  @Test("conditions are for requests that only read, and listed fields for all")
  func retrieval() throws {
    let fields = try make(forward: ["x-custom", "x-fal-tags"])
    #expect(fate(fields, "range=bytes=0-", isRetrieval: true) == .pass)
    #expect(fate(fields, "x-custom=a", isRetrieval: true) == .pass && fate(fields, "x-custom=a") == .pass)
    // Listing a field says that it is forwarded, an entry of its own that a browser may steer it.
    #expect(fate(fields, "x-fal-tags=a=b") == .drop)
  }

  @Test(
    "an entry that names a field which is never forwarded, or not at all, is a fault",
    arguments: [
      "authorization", "Cookie", "x-api-key", "x-fal-user-id", "x-fal-cdn-token", "x-forwarded-for", "host",
      "content-length",
      "x_a", "x-fal_tags", "", "a b", "x-fal-webhook-url",
    ])
  func never(name: String) {
    for rule in ["pass", "drop", "force: a"] { #expect(throws: PatternError.self) { try make([name: rule]) } }
  }

  @Test(
    "what has a rule of its own is for `fields` alone",
    arguments: [
      ("X-Fal-Tags", true), ("x-fal-queue-priority", true), ("x-fal-request-timeout", true), ("if-none-match", true),
      ("accept", false), ("x-fal-request-source", false), ("x-a", false),
    ])
  func ruled(name: String, isRuled: Bool) { #expect(RequestFields.hasRule(name) == isRuled) }

  @Test("an entry that passes or drops what does not reach fal names forward_fields; one that forces it adds it")
  func unlisted() throws {
    for rule in ["pass", "drop"] {
      do throws(PatternError) {
        _ = try make(["x-custom": rule])
        Issue.record("\(rule) of a field that is not forwarded is no fault")
      } catch {
        #expect(error.message.contains("forward_fields"))
      }
    }
    #expect(try make(["x-custom": "force: 1"]).forced == Array("x-custom: 1\r\n".utf8))
  }

  @Test(
    "a rule that is none is a fault",
    arguments: [
      "", "Pass", "allow", "force", "force:", "force: ", "force: a ", "force: a\r\nb: c", "force: é", "forced: a",
      " pass",
      "force: " + String(repeating: "a", count: 1025),
    ])
  func rules(rule: String) { #expect(throws: PatternError.self) { try make(["x-fal-tags": rule]) } }
}
