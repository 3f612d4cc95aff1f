internal import Guard
internal import Settings
internal import Text

/// What things cost and how much may be spent, as one generation has it.
struct MoneyTerms: Sendable {
  let prices: PriceList
  /// Of each caller.
  let user: Budget
  /// In the order of the groups.
  let groups: [Budget]
  let total: Budget
  let zone: TimeZone
  /// What a temporary token counts.
  let tokenCharge: Money
  /// Whether callers are told what is left of their own budgets.
  let tellsRemaining: Bool

  /// Compiles what is set, adding what is wrong to the faults.
  /// - Returns: nil where nothing is counted, or something is wrong.
  init?(_ loaded: inout LoadedSettings) {
    let settings = loaded.settings
    let prices = MoneyTerms.prices(&loaded)
    let zone = MoneyTerms.zone(settings.budget.timezone, &loaded)
    if settings.hasBudget, settings.tokens.enabled, settings.tokens.charge == nil {
      loaded.reject(
        "tokens.charge",
        "tokens are enabled and a budget is set: what is spent with a token no proxy can see; set what each one counts, or "
          + "tokens.enabled to false")
    }
    guard let prices, let zone, settings.hasBudget || settings.ledger != "auto" else { return nil }
    let unknown: PriceList.Unknown =
      switch settings.pricesUnknown {
      case .auto: settings.hasBudget ? .refuse : .allow
      case .allow: .allow
      case .refuse: .refuse
      case .amount(let amount): .amount(amount)
      }
    self.prices = PriceList(prices, unknown: unknown, standard: settings.estimateDefault)
    self.zone = zone
    user = Budget(settings.budget.user)
    groups = settings.groups.map { Budget($0.budget) }
    total = Budget(settings.budget.total)
    tokenCharge = settings.tokens.charge ?? .zero
    tellsRemaining = settings.budget.headers != .none
  }

  /// Those of the settings, of the file, and those that are known.
  private static func prices(_ loaded: inout LoadedSettings) -> [Price]? {
    func compile(_ entries: [Settings.Price], _ key: (Int) -> String, _ loaded: inout LoadedSettings) -> [Price] {
      var prices: [Price] = []
      for (index, entry) in entries.enumerated() {
        do throws(PatternError) {
          prices.append(Price(try EndpointPattern(entry.endpoint), entry))
        } catch {
          loaded.reject(key(index), "\(entry.endpoint) \(error.message)")
        }
      }
      return prices
    }
    let (own, file) = (loaded.settings.prices, loaded.filePrices)
    var prices = compile(own, { "prices[\($0 + 1)].endpoint" }, &loaded)
    prices += compile(file, { "prices_file, prices[\($0 + 1)].endpoint" }, &loaded)
    guard prices.count == own.count + file.count else { return nil }
    for (endpoint, unitPrice) in Settings.shippedPrices {
      guard let pattern = try? EndpointPattern(endpoint) else { continue }
      prices.append(Price(pattern, unitPrice: unitPrice, unit: "megapixels", estimate: .megapixels))
    }
    return prices
  }

  private static func zone(_ text: String, _ loaded: inout LoadedSettings) -> TimeZone? {
    do throws(BudgetZone.Fault) {
      return try BudgetZone.load(text)
    } catch {
      loaded.reject("budget.timezone", error.description)
      return nil
    }
  }
}

extension Price {
  fileprivate init(_ pattern: EndpointPattern, _ entry: Settings.Price) {
    let estimate: Estimate =
      switch entry.estimate {
      case .fixed(let units): .fixed(units)
      case .megapixels: .megapixels
      }
    self.init(pattern, unitPrice: entry.unitPrice, unit: entry.unit, estimate: estimate)
  }
}

extension Budget {
  fileprivate init(_ rules: [Settings.BudgetRule]) {
    self.init(
      rules.map { rule in
        let period: Period =
          switch rule.period {
          case .day: .day
          case .month: .month
          case .ever: .ever
          }
        return Rule(rule.amount, per: period)
      })
  }
}
