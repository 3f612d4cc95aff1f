import HTTPWire

/// What a parse came to, comparable.
struct Outcome: Equatable {
  var length: Int?
  var error: WireError?
  var summary: [Int] = []

  init(_ bytes: UnsafeBufferPointer<UInt8>, cuts: [Int]) {
    var parser = RequestHeadParser(limits: HeadLimits())
    var scanned = 0
    for end in cuts + [bytes.count] {
      do throws(WireError) {
        length = try parser.parse(UnsafeBufferPointer(rebasing: bytes[0..<end]).span, scanned: &scanned)
      } catch {
        self.error = error
        return
      }
      require(scanned >= 0 && scanned <= end, "scanned runs ahead")
      guard let length else { continue }
      require(length > 0 && length <= end && scanned == 0, "length out of bounds")
      check(parser.head, UnsafeBufferPointer(rebasing: bytes[0..<length]))
      return
    }
  }

  private mutating func check(_ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>) {
    let all = 0..<bytes.count
    func isWithin(_ range: Range<Int>) -> Bool { range.lowerBound >= 0 && range.upperBound <= bytes.count }
    require(hasSoundLines(bytes), "a bare CR, LF or NUL in an accepted head")
    require(bytes.suffix(4).elementsEqual([0x0D, 0x0A, 0x0D, 0x0A]), "no empty line at the end")
    require(isWithin(head.methodRange) && !head.methodRange.isEmpty && isWithin(head.path), "ranges")
    require(!bytes[head.path].contains { $0 <= 0x20 || $0 >= 0x7F || $0 == UInt8(ascii: "#") }, "target bytes")
    require(head.isHTTP10 || head.authority != nil, "HTTP/1.1 without authority")
    if let authority = head.authority {
      require(isWithin(authority) && !authority.isEmpty, "authority out of bounds")
      require(!bytes[authority].contains { "@/\\?#%, \t".utf8.contains($0) }, "authority bytes")
    }
    var (lengths, codings, hosts) = (0, 0, 0)
    for line in head.fields.lines {
      require(isWithin(line.name) && isWithin(line.value) && !line.name.isEmpty, "field out of bounds")
      require(line.name.upperBound < line.value.lowerBound && all.contains(line.value.lowerBound), "order")
      require(bytes[line.name.upperBound] == UInt8(ascii: ":"), "no colon behind the name")
      require(!bytes[line.value].contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }, "control in a value")
      if line.kind == .contentLength { lengths += 1 }
      if line.kind == .transferEncoding { codings += 1 }
      if line.kind == .host { hosts += 1 }
      summary += [Int(line.kind.rawValue), line.name.lowerBound, line.value.lowerBound, line.value.upperBound]
    }
    require(lengths + codings <= 1 && hosts <= 1, "ambiguous framing or host")
    let mayHaveChunks = ![.get, .head, .options].contains(head.method)
    require((codings == 1 && mayHaveChunks) == (head.framing == .chunked), "coding and framing differ")
    if head.framing != .none { require(head.method != .get && head.method != .head, "content of GET or HEAD") }
    summary += [head.path.lowerBound, head.path.upperBound, head.isPersistent ? 1 : 0, head.expectsContinue ? 1 : 0]
  }
}

/// One execution.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let input = bytes(data, size)
  _ = Outcome(input, cuts: [])
  // With an end in sight, a head that came in pieces gives what it gives at once.
  let ended = Array(input) + [0x0D, 0x0A, 0x0D, 0x0A]
  ended.withUnsafeBufferPointer { ended in
    let whole = Outcome(ended, cuts: [])
    require(whole == Outcome(ended, cuts: cuts(ended, upTo: ended.count)), "whole and in pieces differ")
  }
  return 0
}
