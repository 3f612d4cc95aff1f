internal import Digest
internal import Fal
internal import Text

/// Makes and checks the short-lived tokens of protocol.md §7: JWTs with HS256 (RFC 7519).
struct TokenKey: Sendable {
  private let mac: HMACSHA256

  init(secret: [UInt8]) { mac = HMACSHA256(key: secret.span) }

  /// A token for `apps`.
  /// - Parameters:
  ///   - issued: now, in seconds since 1970.
  ///   - life: in seconds.
  func token(apps: [JSONValue], issued: UInt64, life: Int) -> String {
    let header = JSONValue.object(["alg": "HS256", "typ": "JWT"])
    let claims = JSONValue.object([
      "iss": "sandbox", "allowed_apps": .array(apps), "iat": .integer(issued), "exp": .integer(issued + UInt64(life)),
    ])
    let text = [header, claims].map { Base64.urlText(JSONWriter.bytes($0)) }.joined(separator: ".")
    return "\(text).\(signature(of: text))"
  }

  /// Whether `token` lets `endpoint` be called at `now`, in seconds since 1970.
  func admits(_ token: String, to endpoint: EndpointID, at now: UInt64) -> Bool {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, signature(of: "\(parts[0]).\(parts[1])") == parts[2],
      let claims = TokenKey.claims(String(parts[1])), let end = claims["exp"]?.int, now < UInt64(max(end, 0))
    else { return false }
    let alias = endpoint.app.split(separator: "/").last.map(String.init)
    return (claims["allowed_apps"]?.elements ?? []).contains { app in
      guard let text = app.text else { return false }
      return text == alias || text == endpoint.app || text.hasPrefix(endpoint.app + "/")
    }
  }

  private func signature(of text: String) -> String {
    let code = mac.code(text.utf8.span)
    return Base64.urlText(code.bytes.indices.map { code.bytes[$0] })
  }

  private static func claims(_ text: String) -> JSONValue? {
    // The reader of base64 takes whole groups; what fills them up is taken off again.
    let missing = (4 - text.utf8.count % 4) % 4
    let bytes = Base64.urlBytes(Array((text + String(repeating: "A", count: missing)).utf8).span)
    return bytes.flatMap { try? JSONParser.parse(Array($0.dropLast(missing))) }
  }
}

/// The keys of one sandbox, made anew for each.
package final class SandboxKeys: Sendable {
  let tokens: TokenKey
  /// Signs webhooks.
  let webhooks: Ed25519Key

  /// Nil when the system has no random bytes to give.
  package init?() {
    guard let secret = RandomBytes.make(32), let key = Ed25519Key() else { return nil }
    tokens = TokenKey(secret: secret)
    webhooks = key
  }

  /// What everybody may have of them (protocol.md §8).
  var published: SandboxReply {
    SandboxReply.json(
      200,
      .object([
        "keys": .array([
          .object(["kty": "OKP", "crv": "Ed25519", "x": .string(Base64.urlText(webhooks.publicKey))])
        ])
      ]))
  }
}
