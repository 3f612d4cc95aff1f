import Testing

@testable import Sandbox

@Suite struct ByteRangeTests {
  @Test(
    "reads one range of bytes (RFC 9110 §14.1.2); what it does not know is answered whole",
    arguments: [
      ("bytes=0-0", .part(0..<1)), ("bytes=2-5", .part(2..<6)), ("Bytes=8-", .part(8..<10)),
      ("bytes=-3", .part(7..<10)),
      ("bytes=5-99999999999999999999999", .part(5..<10)), ("bytes=-99", .part(0..<10)),
      ("bytes=10-", .unsatisfiable), ("bytes=99999999999999999999-", .unsatisfiable), ("bytes=-0", .unsatisfiable),
      ("bytes=5-2", .whole), ("bytes=0-1,3-4", .whole), ("bytes=", .whole), ("bytes=-", .whole), ("bytes=a-b", .whole),
      ("bytes=+1-2", .whole), ("lines=0-1", .whole), (nil, .whole),
    ] as [(String?, ByteRange)])
  func reads(field: String?, range: ByteRange) { #expect(ByteRange(field, size: 10) == range) }

  @Test("finds nothing to give in an empty file")
  func empty() {
    #expect(ByteRange("bytes=0-", size: 0) == .unsatisfiable && ByteRange("bytes=-1", size: 0) == .unsatisfiable)
    #expect(ByteRange(nil, size: 0) == .whole)
  }
}
