internal import Guard
internal import HTTPWire
internal import Text

/// Short-lived tokens (protocol.md §7): they open the sandbox, and nothing at fal.
struct TokenAPI {
  let isRealtime: Bool
  let key: TokenKey

  func decide(_ request: SandboxRequest, date: UInt64, _ options: SandboxOptions) -> SandboxReply {
    guard request.method == .post else { return .methodNotAllowed("POST") }
    let body: JSONValue
    do {
      body = try JSONParser.parse(request.content, depthLimit: options.jsonDepthLimit)
    } catch {
      return InputIssue.reply([SandboxState.issue(error)], [])
    }
    guard let apps = body["allowed_apps"]?.elements, apps.allSatisfy({ $0.text != nil }) else {
      return InputIssue.reply([InputIssue("missing", ["body", "allowed_apps"], "Field required")], [])
    }
    let life = body[isRealtime ? "duration" : "token_expiration"]?.int ?? TokenAPI.defaultLife
    let token = key.token(apps: apps, issued: date / 1000, life: min(max(life, 1), TokenAPI.longestLife))
    return .json(200, isRealtime ? .object(["token": .string(token)]) : .string(token))
  }

  /// Seconds.
  private static let defaultLife = 120
  private static let longestLife = 86_400
}
