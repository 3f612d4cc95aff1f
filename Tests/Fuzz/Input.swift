/// The bytes of one execution.
///
/// libFuzzer gives them in memory of exactly their length, so that AddressSanitizer sees a read past the end.
func bytes(_ data: UnsafePointer<UInt8>?, _ size: Int) -> UnsafeBufferPointer<UInt8> {
  UnsafeBufferPointer(start: data, count: size)
}

/// Split points that depend on the bytes alone, in ascending order, so that a crash can be repeated.
func cuts(_ bytes: UnsafeBufferPointer<UInt8>, upTo end: Int) -> [Int] {
  var state: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in bytes { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
  let count = Int(state % 5) + 1
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(end + 1))
  }.sorted()
}

/// Stops the fuzzer; unlike `assert` in every build.
func require(_ condition: Bool, _ message: StaticString) {
  if !condition { fatalError(message.description) }
}

/// Whether every CR is followed by LF and every LF preceded by CR, and no NUL is among the bytes.
func hasSoundLines(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
  var previous: UInt8 = 0x20
  for byte in bytes {
    if byte == 0 || (previous == 0x0D) != (byte == 0x0A) { return false }
    previous = byte
  }
  return previous != 0x0D
}
