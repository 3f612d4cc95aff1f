import Digest
import Guard
import Text

private let secret = [UInt8](repeating: 0x41, count: 32)
private let now = 1_800_000_000.0
private let verifier: JWTVerifier = {
  var rules = JWTRules(issuer: "i", audience: "a")
  rules.groupClaim = ClaimPath("g.h")
  let keys = try? KeySet(secret: secret)
  return JWTVerifier([.init(rules, keys: keys)], groups: ["pro"], secrets: CallerSecrets([[1], [2]]))
}()

private func holder(_ token: [UInt8]) -> TokenHolder? {
  guard case .taken(let holding) = verifier.verdict(on: token.span, now: now) else { return nil }
  return holding.holder
}

/// A token of this header and these claims, signed with the secret.
private func signed(_ header: ArraySlice<UInt8>, _ claims: ArraySlice<UInt8>) -> [UInt8] {
  var token: [UInt8] = []
  Base64.append(urlText: Array(header).span, to: &token)
  token.append(UInt8(ascii: "."))
  Base64.append(urlText: Array(claims).span, to: &token)
  let code = HMACSHA256(key: secret.span).code(token.span)
  token.append(UInt8(ascii: "."))
  Base64.append(urlText: code.bytes.span, to: &token)
  return token
}

/// What a token that is taken must say, by the rule in words.
private func mayPass(_ header: ArraySlice<UInt8>, _ claims: ArraySlice<UInt8>) -> Bool {
  guard let header = try? JSONParser.parse(Array(header)), let claims = try? JSONParser.parse(Array(claims)) else {
    return false
  }
  let audiences = claims["aud"]?.elements ?? [claims["aud"]].compactMap(\.self)
  guard let end = claims["exp"]?.double, end + 30 > now, end <= now + 86_430 else { return false }
  return header["alg"] == "HS256" && header["crit"] == nil && claims["iss"] == "i" && audiences.contains("a")
    && claims["sub"] != nil
}

/// One execution: a token as it stands, a set of keys, and header and claims with a line feed between them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let input = Array(bytes(data, size))
  require(holder(input) == nil, "a token that nobody signed")
  if let set = try? KeySet(input) { require(!set.isSecret, "a secret in a set of keys") }
  if let plain = Base64.canonicalURLBytes(input.span) {
    var again: [UInt8] = []
    Base64.append(urlText: plain.span, to: &again)
    require(again == input, "two texts of the same bytes")
  }
  let end = input.firstIndex(of: 0x0A) ?? input.count
  let (header, claims) = (input[..<end], input[min(end + 1, input.count)...])
  let token = signed(header, claims)
  guard let first = holder(token) else { return 0 }
  require(mayPass(header, claims), "taken against the rule")
  require(holder(token)?.caller.identity == first.caller.identity, "two identities")
  var other = token
  other[other.count / 2] ^= 1
  require(holder(other) == nil, "a token that was changed")
  return 0
}
