import Testing

@testable import HTTPWire

@Suite("The end of a field value")
struct FieldValueScanTests {
  @Test(
    "every byte ends a value or not, wherever it stands (RFC 9110 §5.5)", arguments: [0x61, 0x20, 0x7E, 0x80, 0xFF])
  func everyByte(filling: UInt8) {
    for length in 1...20 {
      for position in 0..<length {
        for byte in UInt8.min...UInt8.max {
          var value = [UInt8](repeating: filling, count: length)
          value[position] = byte
          let isAllowed = byte == 0x09 || (byte >= 0x20 && byte != 0x7F)
          let end = value.span.endOfFieldValue(from: 0)
          if end != (isAllowed ? length : position) {
            Issue.record("byte \(byte) at \(position) of \(length): end at \(end)")
          }
        }
      }
    }
  }

  @Test("the first of several controls ends it, from any start")
  func severalControls() {
    let value = Array("abcdefgh\tijk\u{7F}lmnop\r\n".utf8)
    for start in 0...12 { #expect(value.span.endOfFieldValue(from: start) == 12) }
  }
}

@Suite("The end of a token")
struct TokenScanTests {
  @Test(
    "every byte ends a token or not, wherever it stands (RFC 9110 §5.6.2)", arguments: [0x61, 0x5A, 0x2D, 0x39, 0x21])
  func everyByte(filling: UInt8) {
    let others = Set("!#$%&'*+-.^_`|~".utf8)
    for length in 1...20 {
      for position in 0..<length {
        for byte in UInt8.min...UInt8.max {
          var value = [UInt8](repeating: filling, count: length)
          value[position] = byte
          let isLetter = (0x41...0x5A).contains(byte & 0xDF)
          let isAllowed = isLetter || (0x30...0x39).contains(byte) || others.contains(byte)
          let end = value.span.endOfToken(from: 0)
          if end != (isAllowed ? length : position) {
            Issue.record("byte \(byte) at \(position) of \(length): end at \(end)")
          }
        }
      }
    }
  }

  @Test("a token may begin anywhere, and the first of several ends counts")
  func starts() {
    let value = Array("content-type: x; abcdefghijklmnop".utf8)
    for start in 0...12 { #expect(value.span.endOfToken(from: start) == 12) }
    #expect(value.span.endOfToken(from: 17) == value.count && value.span.endOfToken(from: value.count) == value.count)
  }
}
