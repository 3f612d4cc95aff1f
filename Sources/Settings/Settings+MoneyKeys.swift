internal import Text

/// The keys of prices, budgets and the ledger.
extension Settings {
  static let moneyKeys: [SettingKey<Settings>] = [
    .maps(
      "prices", \.prices,
      """
      What endpoints cost; the first entry that fits counts. Behind these stand those of `prices_file`, and behind those what is \
      known of `fal-ai/flux-differential-diffusion` ($0.05 a megapixel) and `fal-ai/flux-general/differential-diffusion` ($0.075 a \
      megapixel, which is assumed).
      """, of: "prices"),
    .path(
      "prices_file", \.pricesFile,
      "A file with further `prices`, in the form in which they stand in this one. It is read with the settings."),
    .scalar(
      "prices_unknown", \.pricesUnknown,
      """
      What becomes of a request whose endpoint has no price: `allow` counts nothing, `refuse` answers 403, and an amount is counted \
      for each, whatever fal bills. `auto` is `refuse` where a budget is set, else `allow`.
      """,
      unit: "word or dollars", range: "auto, allow, refuse, or \(amounts)", parse: { unknownPrice($0) },
      show: { show($0) }),
    .scalar(
      "estimate_default", \.estimateDefault,
      "The megapixels that a picture is taken for whose size cannot be seen, as behind a URL; nothing is fetched to look.",
      unit: "megapixels", range: "a number such as 2 or 0.5", parse: { Units($0) }, show: { $0.description }),
    .budget(
      "budget.user", \.budget.user,
      """
      How much each caller may spend: a caller with a token, or an address. What a request is expected to cost is set aside before it \
      leaves and corrected by what fal bills; what does not fit any more is answered 402.
      """),
    .budget("budget.total", \.budget.total, "How much all callers together may spend."),
    .text(
      "budget.timezone", \.budget.timezone,
      """
      Where days and months of budgets begin: `UTC`, an offset such as `+02:00`, or a name such as `Europe/Berlin`, which is looked up \
      in the system's files (package tzdata).
      """,
      range: "UTC, an offset such as +02:00, or the name of a zone such as Europe/Berlin",
      { TimeZone(fixed: $0) != nil || TimeZone.isName($0) }),
    .scalar(
      "budget.headers", \.budget.headers,
      """
      What answers and the quota tell callers of money, always their own: `remaining` what is left of their budget; `all` does no more \
      yet, as what a single request has cost is not told so far.
      """,
      unit: "word", range: "none, remaining or all", parse: { Budget.Headers(rawValue: $0) }, show: { $0.rawValue }),
    .scalar(
      "tokens.charge", \.tokens.charge,
      """
      What a temporary token counts, for good: what is spent with it, no proxy can see. It has to be set where tokens are enabled and \
      a budget is set.
      """,
      unit: "dollars", range: "none, or \(amounts)", parse: { $0 == "none" ? .some(nil) : Money($0).map { .some($0) } },
      show: { $0?.description ?? "none" }),
    .scalar(
      "ledger", \.ledger,
      """
      Where it is kept what is spent: `memory`, which ends with the process, or `sqlite:PATH`, a file for this process alone. `auto` is \
      `memory` without a budget, else the file `ledger.db` in `$STATE_DIRECTORY`, or in `/var/lib/fal-proxy`.
      """,
      range: "auto, memory or sqlite:PATH", parse: { isLedger($0) ? $0 : nil }, show: { SettingText.scalar($0) }),
    .scalar(
      "ledger_keep", \.ledgerKeep,
      "How long single requests stay in the ledger. What they cost stays in its sums.", unit: "days", range: "1d…3650d",
      parse: { text in
        text.hasSuffix("d") ? UnitText.integer(String(text.dropLast())).flatMap { 1...3650 ~= $0 ? $0 : nil } : nil
      }, show: { "\($0)d" }),
    .duration(
      "settle_after", \.settleAfter,
      """
      After a job was seen complete, or not asked about, for so long, fal is asked what it cost; one that nothing is heard of stays \
      charged at its estimate.
      """, .seconds(10)...(.seconds(24 * 3600))),
  ]

  @Sendable private static func unknownPrice(_ text: String) -> UnknownPrice? {
    switch text {
    case "auto": .auto
    case "allow": .allow
    case "refuse": .refuse
    default: Money(text).map { .amount($0) }
    }
  }

  @Sendable private static func show(_ price: UnknownPrice) -> String {
    switch price {
    case .auto: "auto"
    case .allow: "allow"
    case .refuse: "refuse"
    case .amount(let amount): amount.description
    }
  }

  @Sendable private static func isLedger(_ text: String) -> Bool {
    let path = text.dropFirst("sqlite:".count)
    return text == "auto" || text == "memory"
      || text.hasPrefix("sqlite:") && !path.isEmpty && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
  }
}

/// A file of prices.
struct PricesFile: SettingRecord {
  var prices: [Settings.Price] = []
  static let table = SettingTable<PricesFile>([.maps("prices", \.prices, "What endpoints cost.", of: "prices")])
}
