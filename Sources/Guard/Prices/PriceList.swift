public import Text

/// What an endpoint costs.
public struct Price: Sendable, Equatable {
  /// The endpoints that it is for.
  public let pattern: EndpointPattern
  /// Of one unit.
  public let unitPrice: Money
  /// What the unit is called; it says nothing about the cost.
  public let unit: String
  /// How many units a request is taken for.
  public let estimate: Estimate

  /// A price.
  public init(_ pattern: EndpointPattern, unitPrice: Money, unit: String, estimate: Estimate) {
    self.pattern = pattern
    self.unitPrice = unitPrice
    self.unit = unit
    self.estimate = estimate
  }

  /// What so many units cost.
  public func cost(of units: Units) -> Money { Money(units, at: unitPrice) }
}

/// All prices, the first that fits an endpoint being its price.
public struct PriceList: Sendable {
  /// What becomes of a request whose endpoint has no price.
  public enum Unknown: Equatable, Sendable {
    /// It counts nothing.
    case allow
    case refuse
    /// It counts so much, whatever fal bills.
    case amount(Money)
  }

  /// What a request is expected to cost.
  public enum Quote: Equatable, Sendable {
    /// At a price that is known.
    case priced(Money, Price)
    /// Without one; it stays at that.
    case unpriced(Money)
    /// Not to be sent.
    case unknown
  }

  private let prices: [Price]
  private let unknown: Unknown
  private let standard: Units

  /// - Parameters:
  ///   - prices: those that win come first.
  ///   - standard: the megapixels of a picture whose size cannot be seen.
  public init(_ prices: [Price], unknown: Unknown, standard: Units) {
    self.prices = prices
    self.unknown = unknown
    self.standard = standard
  }

  /// The price of a call of `endpoint`, a target's path without its outer slashes.
  public func price(of endpoint: Span<UInt8>) -> Price? {
    for price in prices where price.pattern.allows(endpoint: endpoint) { return price }
    return nil
  }

  /// What a call of `endpoint` is expected to cost.
  public func quote(_ endpoint: Span<UInt8>, input: JSONValue) -> Quote {
    if let price = price(of: endpoint) {
      return .priced(price.cost(of: price.estimate.units(of: input, standard: standard)), price)
    }
    switch unknown {
    case .allow: return .unpriced(.zero)
    case .refuse: return .unknown
    case .amount(let amount): return .unpriced(amount)
    }
  }

  /// Whether what a call is expected to cost depends on its input, so that it has to be seen.
  public func readsInput(of endpoint: Span<UInt8>) -> Bool { price(of: endpoint)?.estimate == .megapixels }
}
