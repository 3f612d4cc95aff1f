internal import Fal
internal import Guard
internal import HTTPWire
internal import Text

/// What a request is expected to cost.
extension Admission {
  /// What the ledger calls that caller.
  var account: String { facts.account ?? String(facts.caller.identity.value, radix: 16) }

  /// Asks for an input on which it hangs what the request is expected to cost.
  func estimate(_ target: Target, _ value: Span<UInt8>) -> Verdict? {
    guard let money = generation.money, content == nil, target.isBilled, facts.method == .post,
      money.prices.readsInput(of: value.extracting(target.endpoint))
    else { return nil }
    return .collect(target, limit: generation.contentLimit)
  }

  /// What the request is expected to cost, and whether that is known.
  mutating func price(_ terms: MoneyTerms, _ value: Span<UInt8>) -> Verdict? {
    guard let target, target.isBilled || target.operation == .token else { return nil }
    guard target.isBilled else {
      cost = ExpectedCost(amount: terms.tokenCharge, unitPrice: nil)
      return nil
    }
    let input = facts.method == .get ? EstimatedInput.read(query: value.extracting(target.query)) : inputOfContent
    switch terms.prices.quote(value.extracting(target.endpoint), input: input) {
    case .unknown: return .refuse(.priceUnknown)
    case .priced(let amount, let price): cost = ExpectedCost(amount: amount, unitPrice: price.unitPrice)
    case .unpriced(let amount): cost = ExpectedCost(amount: amount, unitPrice: nil)
    }
    return nil
  }

  private var inputOfContent: JSONValue { content.map { EstimatedInput.read($0.span) } ?? .null }

  func budget(_ terms: MoneyTerms) -> Verdict? {
    guard charge == nil, let target, let cost else { return nil }
    return .reserve(target, cost, terms)
  }
}
