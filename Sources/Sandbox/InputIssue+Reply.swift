internal import Guard
internal import Text

extension InputIssue {
  /// The answer of a model that refuses its input; it is never billed.
  static func reply(_ issues: [InputIssue], _ fields: [ReplyField]) -> SandboxReply {
    .json(
      422, .object(["detail": .array(issues.map(\.json))]),
      fields + [ReplyField("x-fal-billable-units", "0"), ReplyField("x-fal-retryable", "false")])
  }
}
