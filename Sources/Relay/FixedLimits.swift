internal import Guard
internal import HTTPWire
internal import Settings

/// The numbers of identity, limits and owned jobs that are no settings, for the page that lists the settings.
package enum FixedLimits {
  /// What is limited, how much it may be, and what is beyond that.
  private static let rows: [(what: String, limit: String, beyond: String)] = [
    ("`auth.tokens_file`", size(TokensFile.sizeLimit), "a fault, or the list of before stays"),
    ("time between two looks at it", UnitText.describe(TokensFile.interval), "a change is read at the second"),
    ("looks at one that never stays as it is", "\(TokensFile.patience)", "what there is then is read"),
    ("`secret_file`", size(SecretFile.limit), "a fault"),
    ("JSON Web Token", size(JWTRefusal.tokenLimit), "401"),
    ("keys of an issuer", size(KeySet.sizeLimit), "a fault, or the keys of before stay"),
    (
      "time between two looks at a file of keys", UnitText.describe(KeySources.fileInterval),
      "a change is read at the next"
    ),
    ("time between two questions for keys that are unknown", UnitText.describe(KeySources.questionInterval), "401"),
    ("verified tokens remembered by each event loop", "\(RememberedTokens.limit)", "they are verified again"),
    ("PROXY header of version 2", size(ProxyHeader.longestBinary), "the connection is cut"),
    ("id of a job that is sealed, where it is no UUID", size(JobSeals.idLimit), "passes as it is, and is logged"),
    (
      "content of the answer to a submit, read for its id", size(GatheredContent.limit),
      "passes as it is, and is logged"
    ),
    ("opened ids kept by each event loop", "\(OpenedJobs.limit)", "they are opened again"),
    (
      "`retry-after` where nobody knows when there is room",
      UnitText.describe(.nanoseconds(Int64(RateTable.retryLater))), "it is refused again"
    ),
  ]

  private static func size(_ bytes: Int) -> String { UnitText.describe(size: bytes) }

  /// A section in Markdown.
  package static var document: String {
    var text = """

      ## Fixed limits

      What no setting changes:

      | what | limit | beyond it |
      |---|---|---|

      """
    for row in rows { text += "| \(row.what) | \(row.limit) | \(row.beyond) |\n" }
    return text
  }
}
