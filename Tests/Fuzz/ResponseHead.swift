import HTTPWire

/// What a parse came to, comparable.
struct Outcome: Equatable {
  var length: Int?
  var error: WireError?
  var status = 0
  var framing = BodyFraming.none
  var isPersistent = false
  var statedLength: UInt64?
  var fields: [FieldLine] = []

  init(_ bytes: UnsafeBufferPointer<UInt8>, _ method: Method, cuts: [Int]) {
    var parser = ResponseHeadParser(limits: HeadLimits())
    var scanned = 0
    for end in cuts + [bytes.count] {
      do throws(WireError) {
        let piece = UnsafeBufferPointer(rebasing: bytes[0..<end])
        length = try parser.parse(piece.span, answering: method, scanned: &scanned)
      } catch {
        self.error = error
        return
      }
      guard let length else { continue }
      require(length > 0 && length <= end, "length out of bounds")
      check(parser.head, UnsafeBufferPointer(rebasing: bytes[0..<length]), method)
      return
    }
  }

  private mutating func check(_ head: ResponseHead, _ bytes: UnsafeBufferPointer<UInt8>, _ method: Method) {
    func isWithin(_ range: Range<Int>) -> Bool { range.lowerBound >= 0 && range.upperBound <= bytes.count }
    require(hasSoundLines(bytes), "a bare CR, LF or NUL in an accepted head")
    require(bytes.suffix(4).elementsEqual([0x0D, 0x0A, 0x0D, 0x0A]), "no empty line at the end")
    require((100...599).contains(head.status) && isWithin(head.reason), "status line")
    var statements = 0
    for line in head.fields.lines {
      require(isWithin(line.name) && isWithin(line.value) && !line.name.isEmpty, "field out of bounds")
      require(!bytes[line.value].contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }, "control in a value")
      if line.kind == .contentLength || line.kind == .transferEncoding { statements += 1 }
    }
    require(statements <= 1, "ambiguous framing")
    if head.framing == .untilClose { require(!head.isPersistent, "an open end on a connection that persists") }
    if method == .head || head.status < 200 || head.status == 204 || head.status == 304 {
      require(head.framing == .none, "content where there is none")
    }
    (status, framing, isPersistent) = (head.status, head.framing, head.isPersistent)
    (statedLength, fields) = (head.statedLength, head.fields.lines)
  }
}

/// One execution.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let input = bytes(data, size)
  // With the last line ended, a head that came in pieces gives what it gives at once.
  let ended = Array(input) + [0x0D, 0x0A, 0x0D, 0x0A]
  for method in [Method.get, .head] {
    _ = Outcome(input, method, cuts: [])
    ended.withUnsafeBufferPointer { ended in
      let whole = Outcome(ended, method, cuts: [])
      require(whole == Outcome(ended, method, cuts: cuts(ended, upTo: ended.count)), "whole and in pieces differ")
    }
  }
  return 0
}
