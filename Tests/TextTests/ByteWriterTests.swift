import Testing
import Text

@Suite("Numbers and text into lent memory")
struct ByteWriterTests {
  private func text(_ limit: Int = 64, _ write: (inout ByteWriter) -> Void) -> String {
    var bytes: [UInt8] = []
    bytes.append(upTo: limit, write)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("decimal numbers of every length", arguments: [0, 9, 10, 99, 100, 12_345, UInt64.max - 1, UInt64.max])
  func decimal(value: UInt64) {
    #expect(text { $0.write(decimal: value) } == "\(value)")
    let padded = text { $0.write(decimal: value, width: 3) }
    #expect(padded == String(repeating: "0", count: max(0, 3 - "\(value)".count)) + "\(value)")
  }

  @Test("hexadecimal numbers of every length", arguments: [0, 0xF, 0x10, 0xABC, UInt64.max])
  func hexadecimal(value: UInt64) {
    let plain = String(value, radix: 16)
    #expect(text { $0.write(hexadecimal: value) } == plain)
    let padded = String(repeating: "0", count: 16 - plain.count) + plain
    #expect(text { $0.write(hexadecimal: value, width: 16) } == padded)
  }

  @Test("parts, texts and bytes follow one another")
  func parts() {
    let bytes = Array("abcdef".utf8)
    let written = text {
      $0.write(bytes, 2..<4)
      $0.write(byte: UInt8(ascii: "-"))
      $0.write(text: "\u{E9}")
      $0.write(bytes, 6..<6)
      $0.write(bytes)
    }
    #expect(written == "cd-\u{E9}abcdef")
  }

  @Test("what does not fit is left out whole")
  func overflow() {
    #expect(text(3) { $0.write(decimal: 1234) } == "")
    #expect(text(3) { $0.write(decimal: 123) } == "123")
    var bytes = Array("kept".utf8)
    bytes.append(upTo: 4) { writer in
      writer.write("abc")
      writer.write("de")
    }
    #expect(bytes == Array("kept".utf8))
    bytes.append(upTo: 0) { _ in }
    #expect(bytes == Array("kept".utf8))
  }
}
