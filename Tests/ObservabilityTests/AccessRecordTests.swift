import Observability
import Testing
import Text

@Suite("The record of a request")
struct AccessRecordTests {
  private func noted(_ bytes: [UInt8]) -> String {
    let record = AccessRecord()
    record.note(.path, bytes.span)
    return record[.path].map { String(decoding: record.labels[$0], as: UTF8.self) } ?? "nothing"
  }

  @Test(
    "escapes whatever could end a string, a line, or mean something to a terminal",
    arguments: [
      ("/a b%20'~!", "/a b%20'~!"), ("", "nothing"), ("\"", "%22"), ("a\\\"b", "a%5c%22b"), ("\r\n{}", "%0d%0a{}"),
      ("\u{1B}[2J\u{7}", "%1b[2J%07"), ("\u{7F}", "%7f"), ("ä", "%c3%a4"), ("\u{202E}x", "%e2%80%aex"), ("\0", "%00"),
    ])
  func escapes(text: String, wanted: String) { #expect(noted(Array(text.utf8)) == wanted) }

  @Test("lets every byte through that is visible ASCII, and no other, valid UTF-8 or not", arguments: 0..<20)
  func everyByte(place: Int) {
    for byte in UInt8.min...UInt8.max {
      var bytes = [UInt8](repeating: UInt8(ascii: "~"), count: 20)
      bytes[place] = byte
      let isPlain = byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
      let escaped = isPlain ? [byte] : Array("%".utf8) + HexadecimalDigits(UInt64(byte), count: 2)
      bytes.replaceSubrange(place...place, with: escaped)
      var sent = [UInt8](repeating: UInt8(ascii: "~"), count: 20)
      sent[place] = byte
      #expect(noted(sent) == String(decoding: bytes, as: UTF8.self))
    }
  }

  @Test("keeps the first 256 bytes of a text", arguments: [255, 256, 257, 100_000])
  func limit(count: Int) {
    let kept = String(repeating: "x", count: min(count, 256))
    #expect(noted([UInt8](repeating: UInt8(ascii: "x"), count: count)) == (count > 256 ? kept + "..." : kept))
  }

  @Test("keeps the first text of a label, and those of others beside it")
  func once() {
    let record = AccessRecord()
    for (label, text) in [(AccessRecord.Label.origin, "a"), (.origin, "b"), (.path, "c")] {
      record.note(label, text.utf8.span)
    }
    #expect(record.notes.map(\.label) == [.origin, .path])
    #expect(String(decoding: record.labels, as: UTF8.self) == #"","origin":"a","path":"c"#)
  }

  @Test("is empty when it is reset")
  func reset() {
    let record = AccessRecord()
    record.client = IPv6Address(1)
    record.method = "GET"
    record.route = "proxy"
    record.operation = "run"
    record.note(.endpoint, "a/b".utf8.span)
    record.note(method: "PATCH".utf8.span)
    record.requestID = 0..<1
    (record.status, record.bytesIn, record.bytesOut, record.started, record.firstByte) = (200, 1, 2, 3, 4)
    (record.endedBy, record.error, record.isOfProbe) = (.proxy, "x", true)
    record.reset()
    #expect(record.client == IPv6Address(0) && record.operation == nil && record.error == nil && record.endedBy == nil)
    #expect("\(record.method) \(record.route)" == "- -")
    #expect(record.labels.isEmpty && record.requestID.isEmpty && record.notes.isEmpty && record.otherMethod.isEmpty)
    record.note(.endpoint, "a/b".utf8.span)
    #expect(record[.endpoint] == 14..<17)
    #expect(record.status == 0 && record.bytesIn == 0 && record.bytesOut == 0)
    #expect(record.started == 0 && record.firstByte == 0 && !record.isOfProbe)
  }
}
