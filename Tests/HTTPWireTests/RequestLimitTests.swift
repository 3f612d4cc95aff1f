import HTTPWire
import Testing

@Suite("Limits of a request head")
struct RequestLimitTests {
  private func padded(to size: Int) -> String {
    let fixed = get("P: ").utf8.count
    return get("P: " + String(repeating: "x", count: size - fixed))
  }

  @Test(
    "takes a head of exactly limits.head bytes and no longer one (RFC 6585 §5)", arguments: [64, 1024, 32768, 65535])
  func headSize(limit: Int) {
    let limits = HeadLimits(head: limit)
    #expect(RequestOutcome(padded(to: limit - 1), limits: limits).head?.length == limit - 1)
    #expect(RequestOutcome(padded(to: limit), limits: limits).head?.length == limit)
    #expect(RequestOutcome(padded(to: limit + 1), limits: limits).error == .headTooLarge)
    #expect(RequestOutcome(padded(to: limit + 2), limits: limits).error == .headTooLarge)
  }

  @Test("counts what follows the head for nothing")
  func contentBehind() {
    let head = padded(to: 256)
    let more = head + String(repeating: "y", count: 100_000)
    #expect(RequestOutcome(more, limits: HeadLimits(head: 256)).head?.length == 256)
  }

  @Test("gives up on an endless head as soon as the limit is reached")
  func endlessHead() {
    let limits = HeadLimits(head: 512)
    let endless = Array(bytes(padded(to: 600)).prefix(512))
    #expect(RequestOutcome(Array(endless.prefix(511)), limits: limits) == .incomplete)
    #expect(RequestOutcome(endless, limits: limits).error == .headTooLarge)
    let emptyLines = bytes(String(repeating: "\r\n", count: 256))
    #expect(RequestOutcome(emptyLines, limits: limits).error == .headTooLarge)
  }

  @Test("holds offsets below 64 KiB whatever is asked for")
  func greatestHead() {
    #expect(HeadLimits(head: 1 << 20).head == 65535)
  }

  @Test("takes exactly limits.fields lines (RFC 6585 §5)", arguments: [1, 2, 100])
  func fieldCount(limit: Int) {
    func head(_ count: Int) -> String {
      request("GET / HTTP/1.1", ["Host: a"] + (1..<max(count, 1)).map { "a\($0): b" })
    }
    let limits = HeadLimits(fields: limit)
    #expect(RequestOutcome(head(limit), limits: limits).head?.fields.count == limit)
    #expect(RequestOutcome(head(limit + 1), limits: limits).error == .tooManyFields)
  }

  @Test("takes a target of exactly limits.request_target bytes (RFC 9110 §15.5.15)", arguments: [1, 16, 8192])
  func targetLength(limit: Int) {
    func head(_ count: Int) -> String {
      request("GET /\(String(repeating: "a", count: count - 1)) HTTP/1.1", ["Host: a"])
    }
    let limits = HeadLimits(requestTarget: limit)
    #expect(RequestOutcome(head(limit), limits: limits).head?.path.utf8.count == limit)
    #expect(RequestOutcome(head(limit + 1), limits: limits).error == .targetTooLong)
  }

  @Test("gives up on an endless request line with 414")
  func endlessTarget() {
    let endless = bytes("GET /" + String(repeating: "a", count: 9000))
    #expect(RequestOutcome(endless).error == .targetTooLong)
    #expect(RequestOutcome(endless, cuts: Array(stride(from: 100, to: 9000, by: 100))).error == .targetTooLong)
  }

  @Test("takes a target at the limit after a long method, however it arrives (RFC 9112 §3)")
  func longMethod() {
    let head = bytes(
      request("\(String(repeating: "M", count: 48)) /\(String(repeating: "a", count: 8191)) HTTP/1.1", ["Host: a"]))
    let whole = RequestOutcome(head)
    #expect(whole.head?.path.utf8.count == 8192)
    #expect(RequestOutcome(head, cuts: [8230]) == whole)
  }
}
