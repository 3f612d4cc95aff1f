import Text
import HTTPWire
import TestSupport
import Testing

@Suite("Head writer")
struct HeadWriterTests {
  private typealias Result = (text: String, overflowed: Bool, count: Int, guardIntact: Bool)

  /// Writes into `capacity` bytes that are followed by guard bytes.
  private func write(_ capacity: Int, _ body: (inout HeadWriter) -> Void) -> Result {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity + 64, alignment: 1)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0xA5)
    var writer = HeadWriter(UnsafeMutableRawBufferPointer(rebasing: memory[0..<capacity]))
    body(&writer)
    let intact = memory[capacity...].allSatisfy { $0 == 0xA5 }
    return (text(memory[0..<writer.count]), writer.overflowed, writer.count, intact)
  }

  @Test("writes numbers in decimal", arguments: [0, 1, 9, 10, 99, 100, 12345, UInt64(Int64.max), .max - 1, .max])
  func decimal(value: UInt64) {
    #expect(write(20) { $0.write(decimal: value) }.text == String(value))
  }

  @Test(
    "writes numbers in hexadecimal without leading zeros (RFC 9112 §7.1)",
    arguments: [0, 1, 9, 10, 15, 16, 255, 256, 0xABCDEF, UInt64(1) << 60, .max])
  func hexadecimal(value: UInt64) {
    #expect(write(16) { $0.write(hexadecimal: value) }.text == String(value, radix: 16))
  }

  @Test("writes texts, bytes and field lines one after another (RFC 9112 §5)")
  func sequence() {
    let nothing: [UInt8] = []
    let result = write(64) { writer in
      writer.write("GET ")
      writer.write(Array("/x".utf8))
      writer.write(Array(" H".utf8).span)
      writer.write(byte: 0x21)
      writer.write("")
      writer.write([UInt8]())
      writer.field(bytes("a").span, bytes("b c").span)
      writer.field(bytes("d").span, nothing.span)
    }
    #expect(result.text == "GET /x H!a: b c\r\nd: \r\n" && !result.overflowed)
  }

  @Test("fills the memory to its last byte")
  func exactFit() {
    let result = write(10) { $0.write("0123456789") }
    #expect(result.text == "0123456789" && !result.overflowed && result.guardIntact)
  }

  @Test("never writes past the end, and remembers that something did not fit", arguments: 0..<40)
  func overflow(capacity: Int) {
    let result = write(max(capacity, 1)) { writer in
      writer.write("POST /p HTTP/1.1\r\n")
      writer.field(Array("host".utf8).span, Array("a".utf8).span)
      writer.write(decimal: 1_234_567)
      writer.write(hexadecimal: 0xFFFF)
      writer.write(byte: 0)
    }
    #expect(result.overflowed == (max(capacity, 1) < 39) && result.guardIntact && result.count <= max(capacity, 1))
  }

  @Test("stays overflowed when something smaller fits again")
  func staysOverflowed() {
    #expect(
      write(4) { writer in
        writer.write("12345")
        writer.write("1")
      }.overflowed)
    #expect(
      write(4) { writer in
        writer.write(decimal: 99999)
        writer.write("")
      }.overflowed)
  }

  @Test("random writes never pass the end", arguments: 0..<4 as Range<UInt64>)
  func random(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<300 {
      let capacity = Int.random(in: 1...50, using: &random)
      var wanted = 0
      let result = write(capacity) { writer in
        for _ in 0..<Int.random(in: 0...8, using: &random) {
          let piece = [UInt8](repeating: 0x78, count: Int.random(in: 0...15, using: &random))
          wanted += piece.count
          if Bool.random(using: &random) { writer.write(piece) } else { writer.write(piece.span) }
        }
      }
      #expect(result.guardIntact && result.overflowed == (wanted > capacity))
    }
  }
}
