internal import HTTPWire
internal import Text

/// Makes request ids: 32 hexadecimal digits, unique and not guessable one from another by accident.
struct RequestIDs {
  private var state: (UInt64, UInt64)

  init() {
    var generator = SystemRandomNumberGenerator()
    state = (generator.next(), generator.next())
  }

  /// Appends a new id to `bytes`.
  mutating func append(to bytes: inout [UInt8]) {
    // xorshift128+ is plenty: an id names a log line and is no secret.
    var first = state.0
    let second = state.1
    first ^= first << 23
    state = (second, first ^ second ^ (first >> 18) ^ (second >> 5))
    bytes.append(upTo: 32) { writer in
      writer.write(hexadecimal: state.0 &+ state.1, width: 16)
      writer.write(hexadecimal: second &+ 0x9E37_79B9_7F4A_7C15, width: 16)
    }
  }

  /// Whether an inbound x-request-id may be kept: 1 to 128 bytes that mean nothing to a log, a header or a shell.
  static func isSane(_ value: Span<UInt8>) -> Bool {
    guard !value.isEmpty, value.count <= 128 else { return false }
    for index in 0..<value.count {
      switch value[index] {
      case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"): continue
      default: guard value[index].isLetterOrDigit else { return false }
      }
    }
    return true
  }
}
