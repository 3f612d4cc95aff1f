internal import Text

/// The keys that say who the end users are.
extension Settings {
  static let callers: [SettingKey<Settings>] = [
    .scalar(
      "auth.mode", \.auth.mode,
      """
      How callers are told apart: `tokens`, by a token that each call has to present; `jwt`, by a JSON Web Token of your log-in \
      ([identity.md](identity.md)); `none`, by their addresses, and nobody is asked; `auto`, as `jwt` where `auth.jwt` is set, \
      as `tokens` where `auth.tokens` or `auth.tokens_file` is, else `none`.
      """,
      unit: "word", range: "auto, none, tokens or jwt", parse: { Settings.Auth.Mode(rawValue: $0) },
      show: { $0.rawValue }),
    .secrets(
      "auth.tokens", \.auth.tokens,
      """
      Tokens of your users, without names. With none, here or in `auth.tokens_file`, nobody is asked, and whoever reaches the \
      address can spend on the allowed endpoints. Better in the environment than in the file.
      """,
      of: "tokens", minimum: 16),
    .path(
      "auth.tokens_file", \.auth.tokensFile,
      """
      A file with a line `name:group:hash` for each token, as `fal-proxy token NAME` prints it; the group may be empty, and \
      lines that begin with `#` say nothing. A change is in force within two seconds; of a file with a fault, nothing is.
      """),
    .words(
      "auth.sources", \.auth.sources,
      """
      Where a token is looked for, in order: `authorization` (behind `Bearer`, or the `Key` that fal's clients write before their \
      `credentials`), `header:NAME`, `cookie:NAME`. The first that holds one counts, valid or not; two fields or cookies of the \
      name are not valid. A cookie counts only from a page of the proxy's own origin or of one that `allowed_origins` names, by \
      Origin or by `sec-fetch-site: same-origin`. None of them reaches fal.
      """,
      of: "sources", emptyVariable: .fault),
    .maps(
      "auth.jwt", \.auth.jwt,
      """
      The issuers whose JSON Web Tokens are taken, such as Clerk, Auth0, Firebase, Supabase or a server of your own; worked \
      examples are in [identity.md](identity.md). A token counts for the entry whose `issuer` is its `iss`. Keys are asked for \
      ahead of need; a token that names an unknown one has them asked for again, every 10 seconds at most.
      """,
      of: "issuers"),
    .maps(
      "groups", \.groups,
      """
      Groups of callers. Which one a caller belongs to, the line of its token in `auth.tokens_file` says, or the claim that \
      `group_claim` names, and never the caller. A token whose group is not listed is refused; what is said for all holds for \
      those without a group.
      """,
      of: "groups"),
  ]
}
