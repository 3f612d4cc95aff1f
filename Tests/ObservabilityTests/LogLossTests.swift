import Testing

@testable import Observability

@Suite("Lost log lines")
struct LogLossTests {
  private static func bytes(_ text: String) -> ArraySlice<UInt8> { Array(text.utf8)[...] }

  @Test(
    "are those of which not all is written; one that was cut is ended before the next",
    arguments: [
      ("", 3, ""), ("a", 3, "\n"), ("a\n", 2, ""), ("a\nb", 2, "\n"), ("a\nb\n", 1, ""), ("a\nb\nc", 1, "\n"),
    ])
  func count(written: String, lost: Int, lineEnd: String) {
    var loss = LogLoss()
    #expect(loss.add(3, written: LogLossTests.bytes(written), for: "full")?.contains("(full)") == true)
    #expect(loss.lineEnd == Array(lineEnd.utf8))
    #expect(loss.end() == (lost == 1 ? "1 log line was lost" : "\(lost) log lines were lost"))
  }

  @Test("stay cut until a line is written")
  func again() {
    var loss = LogLoss()
    _ = loss.add(1, written: LogLossTests.bytes("a"), for: "full")
    _ = loss.add(1, written: [], for: "full")
    #expect(loss.end() == "2 log lines were lost" && loss.lineEnd == Array("\n".utf8))
    // The end that was owed is no line of its own.
    _ = loss.add(2, written: LogLossTests.bytes("\n"), for: "full")
    #expect(loss.lineEnd.isEmpty && loss.end() == "2 log lines were lost")
    _ = loss.add(2, written: LogLossTests.bytes("a\nb"), for: "full")
    loss.endLine()
    #expect(loss.end() == "1 log line was lost" && loss.lineEnd.isEmpty && loss.end() == nil)
  }

  @Test("that were dropped cut no other; those that still wait at the end are lost with them", arguments: [0, 1, 5])
  func dropped(waiting: Int) {
    var loss = LogLoss()
    _ = loss.add(1, written: LogLossTests.bytes("a"), for: "full")
    #expect(loss.add(2, written: [], for: "behind") == nil && loss.lineEnd == Array("\n".utf8))
    #expect(loss.end(unwritten: waiting) == "\(3 + waiting) log lines were lost")
    #expect(loss.end() == nil && loss.end(unwritten: 1) == "1 log line was lost")
  }
}
