internal import Guard
internal import HTTPWire
internal import Text

/// Short-lived tokens (protocol.md §7). These open nothing.
struct TokenAPI {
  let isRealtime: Bool

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
    let token = TokenAPI.token(apps: apps, issued: date / 1000, life: min(max(life, 1), TokenAPI.longestLife))
    return .json(200, isRealtime ? .object(["token": .string(token)]) : .string(token))
  }

  /// Seconds.
  private static let defaultLife = 120
  private static let longestLife = 86_400

  private static func token(apps: [JSONValue], issued: UInt64, life: Int) -> String {
    let header = JSONValue.object(["alg": "HS256", "typ": "JWT"])
    let claims = JSONValue.object([
      "iss": "sandbox", "allowed_apps": .array(apps), "iat": .integer(issued), "exp": .integer(issued + UInt64(life)),
    ])
    let signature = Array("this-token-opens-nothing-at-all!".utf8)
    return [JSONWriter.bytes(header), JSONWriter.bytes(claims), signature].map(Base64.urlText).joined(separator: ".")
  }
}
