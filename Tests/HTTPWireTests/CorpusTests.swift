import HTTPWire
import Testing

@Suite("Corpus through the parsers")
struct CorpusTests {
  enum Verdict: String { case ok, bad, more }

  /// Reads messages from `bytes` until they are used up; a head and its content at a time, as a connection does.
  private static func requests(_ bytes: [UInt8]) -> Verdict {
    var parser = RequestHeadParser(limits: HeadLimits())
    var offset = 0
    repeat {
      var scanned = 0
      let rest = Array(bytes[offset...])
      do throws(WireError) {
        guard let length = try parser.parse(rest.span, scanned: &scanned) else { return .more }
        offset += length
      } catch {
        return .bad
      }
      let body = BodyProbe(Array(bytes[offset...]), parser.head.framing)
      if body.error != nil { return .bad }
      if !body.isDone { return .more }
      offset += body.consumed
    } while offset < bytes.count
    return .ok
  }

  /// Reads one answer, past interim ones.
  private static func response(_ entry: CorpusEntry) -> Verdict {
    var parser = ResponseHeadParser(limits: HeadLimits())
    var offset = 0
    repeat {
      let rest = Array(entry.bytes[offset...])
      let method = Method(Array(entry.method.utf8).span)
      var scanned = 0
      do throws(WireError) {
        guard let length = try parser.parse(rest.span, answering: method, scanned: &scanned) else {
          return .more
        }
        offset += length
      } catch {
        return .bad
      }
    } while parser.head.status < 200
    let body = BodyProbe(Array(entry.bytes[offset...]), parser.head.framing)
    if body.error != nil { return .bad }
    return body.isDone || (entry.closes && parser.head.framing == .untilClose) ? .ok : .more
  }

  @Test("has as many entries as it promises")
  func size() {
    #expect(CorpusEntry.requests.count >= 250)
    #expect(CorpusEntry.responses.count >= 80)
  }

  @Test("every request is read, refused or waited for as its entry says", arguments: CorpusEntry.requests)
  func requestVerdict(entry: CorpusEntry) {
    let verdict = Self.requests(entry.bytes)
    #expect(entry.parser == "any" || verdict.rawValue == entry.parser)
  }

  @Test("every response is read, refused or waited for as its entry says", arguments: CorpusEntry.responses)
  func responseVerdict(entry: CorpusEntry) {
    // Many interim answers are for the relay to count, not for the parser.
    let verdict = Self.response(entry)
    #expect(entry.parser == "any" || verdict.rawValue == entry.parser)
  }

  @Test("every request head gives the same result whole and in two pieces", arguments: CorpusEntry.requests)
  func pieces(entry: CorpusEntry) {
    // A fault is only seen again once an end of the head is in sight. Where a limit is at stake, how much arrives at once
    // may decide which limit is named.
    let bytes = entry.bytes + bytes("\r\n\r\n")
    guard bytes.count < 8192 else { return }
    let whole = RequestOutcome(bytes)
    for cut in stride(from: 0, to: bytes.count, by: bytes.count > 1000 ? 97 : 1) {
      #expect(RequestOutcome(bytes, cuts: [cut]) == whole, "cut at \(cut)")
    }
  }
}
