/// Whose a job is.
extension Settings {
  /// Whether the ids of jobs are sealed.
  package enum Ownership: String, Sendable, CaseIterable {
    /// Wherever callers are told apart by what they show.
    case auto
    case off
    case sealed
  }

  /// Whether callers get ids that only they can use.
  package var sealsJobs: Bool {
    switch ownership {
    case .auto: auth.asksForTokens
    case .off: false
    case .sealed: true
    }
  }

  /// The settings of secrets and owners.
  static let ownershipKeys: [SettingKey<Settings>] = [
    .scalar(
      "ownership", \.ownership,
      """
      Whether callers get ids of jobs that only they can use: with `sealed` the request ids in the answers of fal's queue are \
      replaced by others of the same length, which are bound to the caller and the app, and status, result and cancel are \
      answered 404 for every other id. `auto` is `sealed` where callers show tokens, else `off`.
      """,
      unit: "word", range: "auto, off or sealed", parse: { Settings.Ownership(rawValue: $0) }, show: { $0.rawValue }),
    .text(
      "secret_file", \.secretFile,
      """
      The file of the secrets that sealed ids and hashes of callers are made with: lines of 32 bytes in hex (`openssl rand -hex \
      32`), `#` comments. The first one seals, all of them open, so a new one is put in front and the old one removed once its \
      jobs are done; every replica has the same file. Without it they are made of the fal key, and a restart with another key \
      loses running jobs.
      """,
      range: "the path of a file (empty for none)", { _ in true }),
    .flag(
      "tags", \.tags,
      """
      Whether submits, runs and streams tell fal whom they count for, as `x-fal-tags: user=…,group=…`: a hash of the caller \
      under the secret, and its group if it has one. fal reports by tag once that is enabled for the account.
      """),
  ]
}
