import HTTPWire
import TestSupport
import Testing

@Suite("Chunked transfer coding: random encodings")
struct ChunkedPropertyTests {
  /// A valid encoding of `data` in random chunks, with random extensions, trailers, leading zeros and letter case.
  private func encode(_ data: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var coded: [UInt8] = []
    var offset = 0
    while offset < data.count {
      let size = Int.random(
        in: 1...min(data.count - offset, 1 << Int.random(in: 0...10, using: &random)), using: &random)
      coded += sizeLine(size, &random) + data[offset..<(offset + size)] + [0x0D, 0x0A]
      offset += size
    }
    coded += sizeLine(0, &random)
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      coded += bytes("X-Sum\(Int.random(in: 0...9, using: &random)):") + filler(&random) + [0x0D, 0x0A]
    }
    return coded + [0x0D, 0x0A]
  }

  private func sizeLine(_ size: Int, _ random: inout SplitMix64) -> [UInt8] {
    let digits = String(size, radix: 16, uppercase: Bool.random(using: &random))
    var line = bytes(String(repeating: "0", count: Int.random(in: 0...3, using: &random)) + digits)
    if Int.random(in: 0...3, using: &random) == 0 {
      let text = filler(&random).flatMap { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") ? [0x5C, $0] : [$0] }
      line += bytes([";", " ;", "\t; ", ";a; "].randomElement(using: &random)! + "x=\"") + text + bytes("\"")
    }
    return line + [0x0D, 0x0A]
  }

  private func filler(_ random: inout SplitMix64) -> [UInt8] {
    (0..<Int.random(in: 0...12, using: &random)).map { _ in
      let byte = UInt8.random(in: 0x20...0xFF, using: &random)
      return byte == 0x7F ? 0x09 : byte
    }
  }

  @Test(
    "decodes to the data at random splits, with anything behind it (RFC 9112 §7.1)", arguments: 0..<8 as Range<UInt64>)
  func roundTrip(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<60 {
      let data = (0..<Int.random(in: 0...3000, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      let coded = encode(data, &random)
      let behind = (0..<Int.random(in: 0...20, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      let cuts = (0..<Int.random(in: 0...12, using: &random))
        .map { _ in Int.random(in: 0...coded.count, using: &random) }.sorted()
      let probe = BodyProbe(coded + behind, .chunked, cuts: cuts, droppedLimit: 1 << 20)
      let isEqual = probe.isDone && probe.consumed == coded.count && probe.content == data && probe.error == nil
      #expect(isEqual, "seed \(seed), \(data.count) bytes, cuts \(cuts)")
    }
  }

  @Test("one changed byte gives the same outcome whole and in pieces", arguments: 0..<4 as Range<UInt64>)
  func mutations(seed: UInt64) {
    var random = SplitMix64(seed: seed &+ 1000)
    for _ in 0..<200 {
      let data = (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      var coded = encode(data, &random)
      coded[Int.random(in: 0..<coded.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      let whole = BodyProbe(coded, .chunked, droppedLimit: 1 << 20)
      let pieces = BodyProbe(coded, .chunked, cuts: Array(0..<coded.count), droppedLimit: 1 << 20)
      let isEqual = pieces.content == whole.content && pieces.isDone == whole.isDone && pieces.error == whole.error
      #expect(isEqual, "seed \(seed): \(text(coded).debugDescription)")
    }
  }
}
