/// US dollars in whole billionths of one: never negative, and at its upper end it stays there instead of wrapping around.
public struct Money: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Billionths of a dollar.
  public let nanos: Int64

  /// Nothing.
  public static let zero = Money(nanos: 0)
  /// More than anybody has.
  public static let most = Money(nanos: .max)

  /// So many billionths, at least 0.
  public init(nanos: Int64) {
    precondition(nanos >= 0)
    self.nanos = nanos
  }

  /// `5`, `0.05`, `1.000000001`: nine digits before the point and nine behind it at most, and no sign; nil for anything else.
  public init?(_ text: String) {
    guard let nanos = Billionths.value(of: text.utf8.span, roundsUp: false) else { return nil }
    self.init(nanos: nanos)
  }

  /// What `units` cost at `price` each, rounded up.
  public init(_ units: Units, at price: Money) {
    let product = UInt128(units.nanos) * UInt128(price.nanos) + UInt128(Billionths.one - 1)
    nanos = Int64(clamping: product / UInt128(Billionths.one))
  }

  public static func < (left: Money, right: Money) -> Bool { left.nanos < right.nanos }

  public static func + (left: Money, right: Money) -> Money {
    let (sum, overflow) = left.nanos.addingReportingOverflow(right.nanos)
    return Money(nanos: overflow ? .max : sum)
  }

  /// What is left of it; nothing where `right` is more.
  public static func - (left: Money, right: Money) -> Money { Money(nanos: max(0, left.nanos - right.nanos)) }

  /// The amount without the sign of its currency, with cents: `0.05`, `20.00`, `0.000000001`.
  public var description: String { Billionths.text(nanos, digits: 2) }
}

/// How much of what an endpoint is paid by, in whole billionths of a unit; what the unit is called does not matter.
public struct Units: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Billionths of a unit.
  public let nanos: Int64

  /// So many billionths, at least 0.
  public init(nanos: Int64) {
    precondition(nanos >= 0)
    self.nanos = nanos
  }

  /// So many whole units; too many are as many as there can be.
  public init(_ count: Int) {
    let (product, overflow) = Int64(max(0, count)).multipliedReportingOverflow(by: Billionths.one)
    nanos = overflow ? .max : product
  }

  /// `2`, `0.5`, without a sign; what is smaller than a billionth is rounded up. Nil for anything else.
  public init?(_ text: Span<UInt8>) {
    guard let nanos = Billionths.value(of: text, roundsUp: true) else { return nil }
    self.init(nanos: nanos)
  }

  /// The same of a string.
  public init?(_ text: String) { self.init(text.utf8.span) }

  public static func < (left: Units, right: Units) -> Bool { left.nanos < right.nanos }

  /// The number: `2`, `0.5`.
  public var description: String { Billionths.text(nanos, digits: 0) }
}
