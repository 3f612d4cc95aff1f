import HTTPWire
import Observability
import Testing

@testable import HTTPServer

@Suite("Causes of HTTP itself")
struct CauseTests {
  static let faults: [(WireError, Int, String)] = [
    (.malformedStartLine, 400, "bad_request"), (.unsupportedVersion, 505, "version_not_supported"),
    (.targetTooLong, 414, "uri_too_long"), (.headTooLarge, 431, "head_too_large"),
    (.tooManyFields, 431, "head_too_large"), (.malformedField, 400, "bad_request"),
    (.bareLineTerminator, 400, "bad_request"), (.invalidHost, 400, "bad_request"),
    (.duplicateField, 400, "bad_request"), (.invalidContentLength, 400, "bad_request"),
    (.invalidTransferEncoding, 400, "bad_request"), (.unsupportedTransferCoding, 501, "not_implemented"),
    (.conflictingFraming, 400, "bad_request"), (.unexpectedContent, 400, "bad_request"),
    (.unsupportedExpectation, 417, "expectation_failed"), (.invalidChunk, 400, "bad_request"),
    (.trailersTooLarge, 431, "head_too_large"),
  ]

  @Test("each fault of a message has a status of RFC 9110 and closes the connection", arguments: faults)
  func wire(fault: WireError, status: Int, name: String) {
    let cause = Cause.wire(fault)
    #expect(cause.status == status && cause.name.description == name)
    #expect(cause.closes && cause.party == .client && cause.isRetrySafe)
    #expect(cause.sentence.hasSuffix(".") && cause.sentence.count > 15 && cause.sentence.count < 120)
  }

  @Test("no fault is left out")
  func complete() { #expect(Set(CauseTests.faults.map(\.0)) == Set(WireError.allCases)) }

  @Test(
    "an answer is JSON every client can read, and repeats nothing",
    arguments: [Cause.notFound, .draining, .overloaded, .contentTimedOut, .methodNotAllowed("GET, HEAD")])
  func content(cause: Cause) {
    let text = String(decoding: cause.content, as: UTF8.self)
    #expect(text.hasPrefix("{\"detail\":\"") && text.hasSuffix("\",\"error_type\":\"proxy_\(cause.name)\"}\n"))
    #expect(text.components(of: cause.sentence) == 2)
    let answer = LocalAnswer(cause)
    #expect(answer.status == cause.status && answer.closes == cause.closes)
    #expect(answer.fields.contains { $0.0.description == "cache-control" && $0.1 == "private, no-store" })
  }

  @Test("marks and control characters of a sentence are escaped")
  func escaping() {
    let cause = Cause(400, "x", "a \"b\" \\ c\u{1}\n.")
    #expect(String(decoding: cause.content, as: UTF8.self).hasPrefix(#"{"detail":"a \"b\" \\ c\u0001\n.","message""#))
  }
}

extension String {
  /// How often `part` stands in it.
  fileprivate func components(of part: String) -> Int {
    split(separator: part, omittingEmptySubsequences: false).count - 1
  }
}
