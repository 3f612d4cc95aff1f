internal import Text

/// Durations and sizes as they are written: an integer and a unit, nothing between them.
package enum UnitText {
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

  /// `2` or `0.5`, in tenths.
  static func tenths(_ text: String) -> Int? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count < 3, let whole = integer(parts[0]), whole < 1 << 30 else { return nil }
    guard parts.count == 2 else { return whole * 10 }
    guard parts[1].utf8.count == 1, let tenths = integer(parts[1]) else { return nil }
    return whole * 10 + tenths
  }

  /// `tenths` as it would be written.
  static func describe(tenths: Int) -> String { tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)" }

  /// `30/1m`, or `10GiB/1h` of a size: the count in `range`, the time in whole seconds, a day at most.
  static func perWindow(_ text: String, _ range: ClosedRange<Int>, isSize: Bool) -> Settings.PerWindow? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let count = isSize ? size(parts[0]) : integer(parts[0]), range.contains(count),
      let window = duration(parts[1]), (.seconds(1)...(.seconds(24 * 3600))).contains(window),
      window.components.attoseconds == 0
    else { return nil }
    return Settings.PerWindow(count, per: window)
  }

  /// The same text again.
  static func describe(_ rate: Settings.PerWindow, isSize: Bool) -> String {
    "\(isSize ? describe(size: rate.count) : String(rate.count))/\(describe(rate.window))"
  }

  /// `duration` in the largest unit that leaves no rest.
  package static func describe(_ duration: Duration) -> String {
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
  package static func describe(size: Int) -> String {
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
