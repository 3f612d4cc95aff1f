import HTTPWire
import Testing

@testable import Relay
@testable import Transport

@Suite("The request to fal while it can be sent again")
struct OutgoingRequestTests {
  @Test(
    "content that was gathered goes out whole and in order, however little room there is at a time",
    arguments: [0, 1, 511, 4096, 65_535, 65_536, 65_537, 400_000])
  func collected(count: Int) {
    let pool = BufferPool()
    let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    var request = OutgoingRequest(ByteBuffer(), collected: content, output: .plain)
    var output = ByteBuffer()
    var (sent, turns, hasRest) = ([UInt8](), 0, request.hasRest)
    #expect(hasRest == (count > 0))
    while request.hasRest, turns < 1000 {
      request.moveRest(to: &output, pool)
      // A connection that takes part of it only.
      let taken = max(1, output.count * 2 / 3)
      sent += output.readable[..<min(taken, output.count)]
      output.consume(min(taken, output.count))
      turns += 1
    }
    sent += output.readable
    hasRest = request.hasRest
    #expect(sent == content && !hasRest)
    output.discard(to: pool)
    request.discard(to: pool)
  }

  @Test("what is discarded is not sent")
  func discarded() {
    let pool = BufferPool()
    var request = OutgoingRequest(ByteBuffer(), collected: [1, 2, 3], output: .plain)
    request.discard(to: pool)
    var output = ByteBuffer()
    request.moveRest(to: &output, pool)
    let (hasRest, count) = (request.hasRest, output.count)
    #expect(!hasRest && count == 0)
  }
}
