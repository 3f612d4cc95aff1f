internal import Text

extension Settings {
  /// An entry of `groups`: callers that may do the same.
  package struct CallerGroup: SettingRecord {
    package var name = ""
    /// As they were written; `@default` is replaced when the settings are loaded.
    package var endpoints = ["**"]
    package var rates = Rates()
    /// One sum, shared by its members.
    package var budget: [BudgetRule] = []

    package init() {}

    private static let auto = "as `rates` says for those without a group"

    static let table = SettingTable<CallerGroup>(
      [
        .text(
          "name", \.name,
          "What lines of `auth.tokens_file` call it. Callers without a group belong to the one called `default`, if there is one.",
          range: CallerName.rule.description, { CallerName.isValid($0) }
        ).required,
        .words(
          "endpoints", \.endpoints, "What its callers may call, of what `allowed_endpoints` allows.",
          of: "endpoint patterns or \"@default\"", emptyVariable: .fault, builtIn: Settings.builtInEndpoints),
        .budget(
          "budget", \.budget,
          "How much its callers may spend: one sum that they share, beside what `budget.user` leaves to each."),
      ]
        + SettingKey.rates(
          "rates", \.rates, of: "one of its callers",
          auto: .init(submits: auto, jobs: auto, polls: auto, streams: auto, uploads: auto, bytes: auto)))
  }
}
