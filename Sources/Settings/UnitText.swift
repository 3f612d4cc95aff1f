internal import Text

/// Durations and sizes as they are written: an integer and a unit, nothing between them.
enum UnitText {
  private static let durationUnits: [(name: String, factor: Int)] = [
    ("h", 3_600_000), ("m", 60_000), ("ms", 1), ("s", 1000),
  ]
  private static let sizeUnits: [(name: String, factor: Int)] = [
    ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1), ("", 1),
  ]

  /// `500ms`, `10s`, `2m`, `1h`.
  static func duration(_ text: String) -> Duration? {
    quantity(text, durationUnits).map { .milliseconds($0) }
  }

  /// `256B`, `32KiB`, `100MiB`, `1GiB`, or plain bytes.
  static func size(_ text: String) -> Int? { quantity(text, sizeUnits) }

  /// Digits only: no sign, no fraction, no `_`.
  static func integer(_ text: String) -> Int? { quantity(text, [("", 1)]) }

  /// `duration` in the largest unit that leaves no rest.
  static func describe(_ duration: Duration) -> String {
    let parts = duration.components
    let milliseconds = Int(parts.seconds) * 1000 + Int(parts.attoseconds / 1_000_000_000_000_000)
    if milliseconds == 0 { return "0s" }
    for unit in ["h", "m", "s", "ms"] {
      let factor = durationUnits.first { $0.name == unit }!.factor
      if milliseconds % factor == 0 { return "\(milliseconds / factor)\(unit)" }
    }
    return "\(milliseconds)ms"
  }

  /// `size` in the largest unit that leaves no rest.
  static func describe(size: Int) -> String {
    let unit = size == 0 ? ("B", 1) : sizeUnits.first { size % $0.factor == 0 }!
    return "\(size / unit.1)\(unit.0)"
  }

  private static func quantity(_ text: String, _ units: [(name: String, factor: Int)]) -> Int? {
    let length = text.utf8.prefix { $0.isDigit }.count
    let unit = text.utf8.dropFirst(length)
    guard let number = Decimal.value(of: text.utf8.span.extracting(0..<length)),
      let factor = units.first(where: { unit.elementsEqual($0.name.utf8) })?.factor
    else { return nil }
    let (product, overflow) = Int(number).multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
  }
}
