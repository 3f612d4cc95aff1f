import Fal
import Guard
import Testing

@Suite("What tells of the end of a job")
struct JobSignTests {
  @Test(
    "the status of an answer",
    arguments: [
      (Operation.status, 200, RateTable.Sign.isOver as RateTable.Sign?), (.status, 202, .goesOn), (.status, 404, nil),
      (.statusStream, 200, .goesOn), (.statusStream, 404, nil), (.result, 200, .isOver), (.result, 400, .goesOn),
      (.result, 422, .isOver), (.result, 500, .isOver), (.result, 499, .isOver), (.result, 404, nil),
      (.result, 429, nil),
      (.result, 401, nil), (.cancel, 202, .isOver), (.cancel, 400, nil), (.result, 503, .goesOn), (.cancel, 404, nil),
      (.submit, 200, nil),
      (.run, 200, nil),
    ])
  func statuses(operation: Operation, status: Int, sign: RateTable.Sign?) {
    #expect(RateTable.Sign(operation, status: status) == sign)
  }

  @Test("two ids of jobs never stand for the same, whatever form they have, and none for a small number")
  func keys() {
    let id = "764cabcf-b745-4b3e-ae38-1200304cf45b"
    #expect(key(id) == 0x764c_abcf_b745_4b3e_ae38_1200_304c_f45b)
    var texts = [
      id, id.uppercased(), id + "0", String(id.dropLast()), "", "req-1", "00000000-0000-0000-0000-000000000001",
    ]
    for index in id.indices {
      for other in "0f-g" where other != id[index] {
        texts.append(id.replacingCharacters(at: index, with: other))
      }
    }
    #expect(Set(texts.map(key)).count == Set(texts).count)
    #expect(texts.allSatisfy { key($0) > 1 << 64 })
  }

  private func key(_ text: String) -> UInt128 {
    let bytes = Array(text.utf8)
    return RateTable.key(of: bytes.span)
  }

  private static let stream =
    "data: {\"status\":\"IN_PROGRESS\",\"logs\":\"\\\"status\\\":\\\"COMPLETED\\\"\"}\n\n: ping\n\n"
    + "data: {\"status\": \"COMPLETED\",\"request_id\":\"a\"}\n\n"

  @Test("the event of a status stream, cut anywhere")
  func splits() {
    let bytes = Array(JobSignTests.stream.utf8)
    for size in 1...40 {
      var scanner = CompletionScanner()
      for start in stride(from: 0, to: bytes.count, by: size) {
        let piece = Array(bytes[start..<min(start + size, bytes.count)])
        scanner.scan(piece.span)
      }
      #expect(scanner.isFound)
    }
    for cut in bytes.indices {
      var scanner = CompletionScanner()
      let (head, tail) = (Array(bytes[..<cut]), Array(bytes[cut...]))
      scanner.scan(head.span)
      scanner.scan(tail.span)
      #expect(scanner.isFound)
    }
  }

  @Test(
    "nothing else",
    arguments: [
      #"{"status":"IN_PROGRESS"}"#, #"{"logs":"\"status\":\"COMPLETED\""}"#, #""status":"COMPLETE""#,
      #"{"state":"COMPLETED"}"#,
    ])
  func others(text: String) {
    var scanner = CompletionScanner()
    let bytes = Array(text.utf8)
    scanner.scan(bytes.span)
    #expect(!scanner.isFound)
  }
}

extension String {
  fileprivate func replacingCharacters(at index: Index, with character: Character) -> String {
    self[..<index] + String(character) + self[self.index(after: index)...]
  }
}
