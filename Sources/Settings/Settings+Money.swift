internal import Fal
package import Text

/// What things cost, and how much may be spent.
extension Settings {
  /// What an endpoint costs: an entry of `prices`.
  package struct Price: SettingRecord {
    package var endpoint = ""
    package var unitPrice = Money.zero
    package var unit = "units"
    package var estimate = Estimate.megapixels

    package init() {}

    /// How many units a request is taken for.
    package enum Estimate: Sendable, Equatable {
      case fixed(Units)
      /// What its input asks for.
      case megapixels
    }

    static let table = SettingTable<Price>([
      .text(
        "endpoint", \.endpoint, "The endpoints that cost so much: `fal-ai/flux/dev`, `fal-ai/flux/**`.",
        range: "an endpoint pattern", { !$0.isEmpty && $0.utf8.allSatisfy(\.isVisible) }
      ).required,
      .scalar(
        "unit_price", \.unitPrice, "What one unit costs, in US dollars.", unit: "dollars", range: Settings.amounts,
        parse: { Money($0) }, show: { $0.description }
      ).required,
      .text(
        "unit", \.unit, "What the unit is called; a cost is units times price, whatever it is.",
        range: "a word or two", { !$0.isEmpty && $0.utf8.count <= 64 }),
      .scalar(
        "estimate", \.estimate,
        """
        How many units a request is taken for until fal has billed it: a number, or `megapixels`: `num_images` times the megapixels of \
        `image_url`, where the size can be read from a data URI (PNG, JPEG, WebP), or of `image_size`, whichever is larger, rounded up.
        """,
        unit: "units", range: "a number such as 1 or 0.5, or megapixels",
        parse: { $0 == "megapixels" ? .megapixels : Units($0).map { .fixed($0) } },
        show: { if case .fixed(let units) = $0 { units.description } else { "megapixels" } }
      ).required,
    ])
  }

  /// What becomes of a request whose endpoint has no price.
  package enum UnknownPrice: Sendable, Equatable {
    /// `refuse` where a budget is set, else `allow`.
    case auto
    case allow
    case refuse
    case amount(Money)
  }

  /// So much in a window of time.
  package struct BudgetRule: Sendable, Equatable {
    /// How long an amount lasts.
    package enum Period: String, Sendable, CaseIterable { case day, month, ever }

    package var amount: Money
    package var period: Period

    /// `1.00/day`, `20/month`, or `5.00` for ever; nil for anything else.
    package init?(_ text: String) {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      guard parts.count <= 2, let amount = Money(parts[0]),
        let period = parts.count == 1 ? .ever : Period(rawValue: parts[1]), parts.count == 1 || period != .ever
      else { return nil }
      (self.amount, self.period) = (amount, period)
    }

    var text: String { period == .ever ? amount.description : "\(amount)/\(period.rawValue)" }
  }

  /// How much may be spent.
  package struct Budget: Sendable {
    package var user: [BudgetRule] = []
    package var total: [BudgetRule] = []
    package var timezone = "UTC"
    package var headers = Headers.none

    /// What callers are told of it.
    package enum Headers: String, Sendable, CaseIterable { case none, remaining, all }
  }

  /// Whether any budget is set.
  package var hasBudget: Bool {
    !budget.user.isEmpty || !budget.total.isEmpty || groups.contains { !$0.budget.isEmpty }
  }

  static let amounts = "an amount of dollars such as 0.05, with nine digits behind the point at most"

  /// What the endpoints cost that are known without being listed.
  package static let shippedPrices: [(endpoint: String, unitPrice: Money)] = [
    (EndpointID.fluxDifferentialDiffusion, Money(nanos: 50_000_000)),
    // Assumed: that of its siblings.
    (EndpointID.fluxGeneralDifferentialDiffusion, Money(nanos: 75_000_000)),
  ]
}

extension SettingKey {
  /// A budget: at most one amount for each period.
  static func budget(_ name: String, _ path: Path<[Settings.BudgetRule]>, _ summary: String) -> SettingKey {
    let range = "amounts of dollars: 1.00/day, 20/month, 5.00 for ever, no two for one period ([] for none)"
    return SettingKey(
      SettingFacts(
        name: name, summary: summary, shape: .series, unit: "amounts", range: range,
        expected: "expected \(range)", emptyVariable: .fault),
      store: { (input, root) throws(SettingRefusal) in
        var periods: [Settings.BudgetRule.Period] = []
        root[keyPath: path] = try input.convert { item in
          guard let rule = (item.value?.text).flatMap(Settings.BudgetRule.init), !periods.contains(rule.period) else {
            return nil
          }
          periods.append(rule.period)
          return rule
        }
      },
      show: { "[" + $0[keyPath: path].map(\.text).joined(separator: ", ") + "]" })
  }
}
