/// How often, and how many at once.
extension Settings {
  /// A limit that may be left to its default, which depends on other settings.
  package enum Limit<Value: Sendable & Equatable>: Sendable, Equatable {
    /// Nothing was said.
    case auto
    case off
    case at(Value)

    /// The limit, where there is one.
    package var value: Value? {
      if case .at(let value) = self { value } else { nil }
    }
  }

  /// So many in a time: requests, or bytes.
  package struct PerWindow: Sendable, Equatable {
    package var count: Int
    package var window: Duration

    /// So many in a time.
    package init(_ count: Int, per window: Duration) {
      self.count = count
      self.window = window
    }
  }

  /// The limits of one caller, or of all together.
  package struct Rates: Sendable, Equatable {
    package var submits = Limit<PerWindow>.auto
    /// 0 for the count of submits.
    package var burst = 0
    package var jobs = Limit<Int>.auto
    package var polls = Limit<PerWindow>.auto
    package var streams = Limit<Int>.auto
    package var uploads = Limit<PerWindow>.auto
    package var bytes = Limit<PerWindow>.auto

    /// Nothing said.
    package init() {}

    /// No limits.
    package static let off = {
      var rates = Rates()
      (rates.submits, rates.polls, rates.uploads, rates.bytes) = (.off, .off, .off, .off)
      (rates.jobs, rates.streams) = (.off, .off)
      return rates
    }()

    /// The limits of users with tokens of their own.
    package static let ofUsers = {
      var rates = Rates.off
      rates.submits = .at(PerWindow(30, per: .seconds(60)))
      rates.jobs = .at(10)
      rates.polls = .at(PerWindow(100, per: .seconds(1)))
      rates.streams = .at(32)
      rates.uploads = .at(PerWindow(60, per: .seconds(600)))
      return rates
    }()

    /// The limits of addresses, behind each of which may be a whole site.
    package static let ofAddresses = {
      var rates = Rates.off
      rates.submits = .at(PerWindow(60, per: .seconds(60)))
      return rates
    }()

    /// These limits, with those of `standard` where nothing was said.
    package func filled(from standard: Rates) -> Rates {
      var rates = self
      if submits == .auto { rates.submits = standard.submits }
      if burst == 0, submits == .auto { rates.burst = standard.burst }
      if jobs == .auto { rates.jobs = standard.jobs }
      if polls == .auto { rates.polls = standard.polls }
      if streams == .auto { rates.streams = standard.streams }
      if uploads == .auto { rates.uploads = standard.uploads }
      if bytes == .auto { rates.bytes = standard.bytes }
      return rates
    }
  }
}

/// The keys of limits, for the settings as a whole and for whatever record has limits of its own.
extension SettingKey {
  /// The keys below `group`.
  /// - Parameters:
  ///   - auto: for each key what `auto` is, in words; without them the word is not taken.
  static func rates(_ group: String, _ path: Path<Settings.Rates>, of whom: String, auto: RateWords?) -> [SettingKey] {
    func window(
      _ name: String, _ member: any WritableKeyPath<Settings.Rates, Settings.Limit<Settings.PerWindow>> & Sendable,
      _ summary: String, _ word: String?, example: String, isSize: Bool = false
    ) -> SettingKey {
      let counts = isSize ? 1024...(1 << 40) : 1...1_000_000
      let ends = isSize ? "1KiB…1024GiB" : "1…1000000"
      return limit(
        "\(group).\(name)", path, member, summary, word, range: "\(ends) in 1s…24h, as \(example)",
        parse: { UnitText.perWindow($0, counts, isSize: isSize) },
        show: { UnitText.describe($0, isSize: isSize) })
    }
    func count(
      _ name: String, _ member: any WritableKeyPath<Settings.Rates, Settings.Limit<Int>> & Sendable, _ summary: String,
      _ word: String?
    ) -> SettingKey {
      limit(
        "\(group).\(name)", path, member, summary, word, range: "1…100000",
        parse: { UnitText.integer($0).flatMap { (1...100_000).contains($0) ? $0 : nil } }, show: { String($0) })
    }
    return [
      window(
        "submits", \.submits,
        "How many submits, runs, streams and token requests \(whom) may make, those by GET too.", auto?.submits,
        example: "30/1m"),
      burst("\(group).burst", path, of: whom),
      count(
        "jobs", \.jobs,
        """
        How many jobs \(whom) may have in flight: runs and streams while they are open, and queued jobs until their end is seen \
        in an answer that passes by, or for `jobs_expire`.
        """, auto?.jobs),
      window(
        "polls", \.polls,
        "How often \(whom) may ask for a status or a result, or open a status stream. Cancels are never limited.",
        auto?.polls, example: "100/1s"),
      count("streams", \.streams, "How many streams and status streams \(whom) may have open.", auto?.streams),
      window("uploads", \.uploads, "How many uploads \(whom) may initiate.", auto?.uploads, example: "60/10m"),
      window(
        "bytes", \.bytes,
        """
        How many bytes of content \(whom) may send and get. They count when an exchange is over; what exceeds them is \
        refused at the next request, and nothing is cut.
        """, auto?.bytes, example: "10GiB/1h", isSize: true),
    ]
  }

  /// What `auto` is in words, for each key.
  struct RateWords: Sendable {
    var submits, jobs, polls, streams, uploads, bytes: String
  }

  private static func burst(_ name: String, _ path: Path<Settings.Rates>, of whom: String) -> SettingKey {
    SettingKey(
      SettingFacts(
        name: name,
        summary: """
          How many submits of \(whom) may come at once. In the quota of a caller, `limit` is the count of submits in its window; `used` and \
          `remaining` are of what may come at once, so that they come to this together.
          """, shape: .scalar, unit: "number",
        range: "0…100000 (0 = the count of submits)",
        expected: "expected an integer 0…100000 (0 = the count of submits)"),
      store: { (input, root) throws(SettingRefusal) in
        guard case .scalar(let bytes) = input, let value = UnitText.integer(bytes.text), value <= 100_000 else {
          throw .value
        }
        root[keyPath: path].burst = value
      },
      show: { String($0[keyPath: path].burst) })
  }

  private static func limit<Value: Sendable & Equatable>(
    _ name: String, _ path: Path<Settings.Rates>,
    _ member: any WritableKeyPath<Settings.Rates, Settings.Limit<Value>> & Sendable, _ summary: String, _ auto: String?,
    range: String, parse: @escaping @Sendable (String) -> Value?, show: @escaping @Sendable (Value) -> String
  ) -> SettingKey {
    let words = auto == nil ? "off, or \(range)" : "auto, off, or \(range)"
    return SettingKey(
      SettingFacts(
        name: name, summary: summary + (auto.map { " `auto` is \($0)." } ?? ""), shape: .scalar, unit: "limit",
        range: words, expected: "expected \(words)"),
      store: { (input, root) throws(SettingRefusal) in
        guard case .scalar(let bytes) = input else { throw .value }
        switch bytes.text {
        case "off": root[keyPath: path][keyPath: member] = .off
        case "auto" where auto != nil: root[keyPath: path][keyPath: member] = .auto
        case let text:
          guard let value = parse(text) else { throw .value }
          root[keyPath: path][keyPath: member] = .at(value)
        }
      },
      show: { root in
        switch root[keyPath: path][keyPath: member] {
        case .auto: "auto"
        case .off: "off"
        case .at(let value): show(value)
        }
      })
  }
}

extension Settings {
  /// What one caller may do, and all together.
  static let rateKeys: [SettingKey<Settings>] =
    SettingKey.rates("rates", \.rates, of: "one caller", auto: modeWords)
    + SettingKey.rates("rates_total", \.ratesTotal, of: "all callers together", auto: nil) + [
      .integer(
        "rates_identities", \.ratesIdentities,
        """
        How many callers are remembered, in about 200 bytes each; for a new one the one is forgotten that was idle longest, \
        and none that has something in flight. It is also the most jobs that may be in flight in all, where jobs are limited.
        """,
        100...10_000_000),
      .duration(
        "jobs_expire", \.jobsExpire,
        "How long a queued job counts as in flight after it was last seen in an answer, where jobs are limited.",
        .seconds(1)...(.seconds(24 * 3600))),
    ]

  private static let modeWords = SettingKey<Settings>.RateWords(
    submits: "`30/1m` where callers show tokens, else `60/1m` for each address, and `off` with `--sandbox`",
    jobs: "`10` where callers show tokens, else `off`; and `off` with `--sandbox`",
    polls: "`100/1s` where callers show tokens, else `off`; and `off` with `--sandbox`",
    streams: "`32` where callers show tokens, else `off`; and `off` with `--sandbox`",
    uploads: "`60/10m` where callers show tokens, else `off`; and `off` with `--sandbox`", bytes: "`off`")
}
