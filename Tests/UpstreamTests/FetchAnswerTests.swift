import HTTPWire
import Testing

@testable import Upstream

@Suite("Answers to the proxy's own requests")
struct FetchAnswerTests {
  enum Outcome: Equatable, Sendable {
    case whole(Int, String)
    case fails(FetchError.Cause)
    /// More bytes, or the end, are awaited; what the end comes to.
    case waits(end: String?)
  }

  struct Row: Sendable {
    let bytes: String
    var method = HTTPWire.Method.get
    let outcome: Outcome
  }

  static let rows = [
    Row(bytes: "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", outcome: .whole(200, "hello")),
    Row(bytes: "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello, and more", outcome: .whole(200, "hello")),
    Row(bytes: "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", outcome: .whole(200, "")),
    Row(bytes: "HTTP/1.1 204 \r\n\r\n", outcome: .whole(204, "")),
    Row(bytes: "HTTP/1.1 304 Not Modified\r\netag: \"1\"\r\n\r\n", outcome: .whole(304, "")),
    Row(bytes: "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", method: .head, outcome: .whole(200, "")),
    Row(bytes: "HTTP/1.1 302 Found\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n", outcome: .whole(302, "")),
    Row(bytes: "HTTP/1.1 500 Oh\r\ncontent-length: 2\r\n\r\nno", outcome: .whole(500, "no")),
    Row(
      bytes: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nt: u\r\n\r\n",
      outcome: .whole(200, "hello")),
    Row(
      bytes:
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nx: y\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na",
      outcome: .whole(200, "a")),
    Row(bytes: "HTTP/1.0 200 OK\r\n\r\nhello", outcome: .waits(end: "hello")),
    Row(bytes: "HTTP/1.1 200 OK\r\n\r\n", outcome: .waits(end: "")),
    // Cut anywhere.
    Row(bytes: "", outcome: .waits(end: nil)),
    Row(bytes: "HTTP/1.1 20", outcome: .waits(end: nil)),
    Row(bytes: "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n", outcome: .waits(end: nil)),
    Row(bytes: "HTTP/1.1 100 Continue\r\n\r\n", outcome: .waits(end: nil)),
    Row(bytes: "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell", outcome: .waits(end: nil)),
    Row(bytes: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n", outcome: .waits(end: nil)),
    Row(bytes: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", outcome: .waits(end: nil)),
    // Ten bytes are allowed.
    Row(bytes: "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n0123456789", outcome: .whole(200, "0123456789")),
    Row(bytes: "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n", outcome: .fails(.tooLarge)),
    Row(bytes: "HTTP/1.1 200 OK\r\ncontent-length: 999999999999999999\r\n\r\n", outcome: .fails(.tooLarge)),
    Row(bytes: "HTTP/1.1 200 OK\r\n\r\n0123456789a", outcome: .fails(.tooLarge)),
    Row(
      bytes: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\n012345\r\n5\r\n6789a\r\n",
      outcome: .fails(.tooLarge)),
    Row(bytes: "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n", method: .head, outcome: .whole(200, "")),
    // No answer at all.
    Row(bytes: "SSH-2.0-x\r\n", outcome: .fails(.malformed(.malformedStartLine))),
    Row(bytes: "HTTP/2 200\r\n\r\n", outcome: .fails(.malformed(.malformedStartLine))),
    Row(bytes: "HTTP/1.1 200 OK\ncontent-length: 0\n\n", outcome: .fails(.malformed(.bareLineTerminator))),
    Row(
      bytes: "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
      outcome: .fails(.malformed(.conflictingFraming))),
    Row(
      bytes: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", outcome: .fails(.malformed(.invalidChunk))),
    Row(
      bytes: "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n",
      outcome: .fails(.malformed(.unsupportedTransferCoding))),
    Row(bytes: "HTTP/1.1 101 Switching Protocols\r\n\r\n", outcome: .fails(.unexpected)),
    Row(
      bytes: String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 17) + "HTTP/1.1 200 OK\r\n\r\n",
      outcome: .fails(.unexpected)),
    Row(
      bytes: String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 16) + "HTTP/1.1 204 OK\r\n\r\n",
      outcome: .whole(204, "")),
    Row(
      bytes: "HTTP/1.1 200 OK\r\nx: " + String(repeating: "y", count: 40_000),
      outcome: .fails(.malformed(.headTooLarge))),
  ]

  /// What an answer comes to that arrives in pieces of `size` bytes.
  private func read(_ row: Row, size: Int) -> Outcome {
    var answer = FetchAnswer(to: row.method, maxBytes: 10)
    var unused: [UInt8] = []
    var left = Array(row.bytes.utf8)[...]
    do throws(FetchError.Cause) {
      while !left.isEmpty {
        unused.append(contentsOf: left.prefix(size))
        left = left.dropFirst(size)
        unused.removeFirst(try answer.read(unused.span))
        if let whole = answer.whole { return .whole(whole.status, String(decoding: whole.content, as: UTF8.self)) }
      }
    } catch {
      return .fails(error)
    }
    let end = try? answer.end()
    return .waits(end: end.map { String(decoding: $0.content, as: UTF8.self) })
  }

  @Test("come to the same whatever pieces they arrive in", arguments: rows)
  func table(_ row: Row) {
    for size in [1, 2, 3, 7, 64, 100_000] {
      #expect(read(row, size: size) == row.outcome, "pieces of \(size)")
    }
  }

  @Test("keep their fields, names in lower case")
  func fields() throws {
    var answer = FetchAnswer(to: .get, maxBytes: 10)
    let text = "HTTP/1.1 200 OK\r\nCache-Control: max-age=5\r\nX-A: 1\r\nx-a: 2\r\ncontent-length: 0\r\n\r\n"
    _ = try answer.read(Array(text.utf8).span)
    let response = try #require(answer.whole)
    #expect(response.first("cache-control") == "max-age=5")
    #expect(response.first("x-a") == "1")
    #expect(response.first("x-b") == nil)
    #expect(response.fields.map(\.name) == ["cache-control", "x-a", "x-a", "content-length"])
  }
}
