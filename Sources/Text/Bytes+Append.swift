/// Gathering text in an array of bytes.
extension [UInt8] {
  public mutating func append(_ text: StaticString) {
    append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends at least `width` decimal digits (1…19).
  public mutating func append(decimal value: UInt64, width: Int = 1) {
    for digit in DecimalDigits(value, width: width) { append(digit) }
  }

  public mutating func append(_ bytes: Span<UInt8>) {
    bytes.withUnsafeBufferPointer { append(contentsOf: $0) }
  }
}
