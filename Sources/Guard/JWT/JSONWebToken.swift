internal import Digest
internal import Text

/// A JSON Web Token in its compact form (RFC 7519, RFC 7515 §3.1), read and not believed yet.
///
/// What a token says of its own key (`jwk`, `jku`, `x5u`, `x5c`) is not looked at: whoever made the token wrote that too.
struct JSONWebToken {
  /// The longest token, in bytes.
  static let limit = 8 << 10
  private static let json = JSONLimits(depth: 16, allowsDuplicates: false)

  let algorithm: SignatureAlgorithm
  let keyID: String?
  /// In lower case, without the `application/` that may stand in front (RFC 7515 §4.1.9).
  let type: String?
  let claims: JSONValue
  let signature: [UInt8]
  /// How many bytes of the token are signed.
  let signedCount: Int

  init(_ text: Span<UInt8>) throws(JWTRefusal) {
    guard text.count <= JSONWebToken.limit else { throw .tooLong }
    let first = text.firstIndex(of: Byte.dot, from: 0, limit: text.count)
    let second = text.firstIndex(of: Byte.dot, from: min(first + 1, text.count), limit: text.count)
    guard second < text.count else { throw .malformed }
    // A third dot is no digit of base64url.
    guard let signature = Base64.canonicalURLBytes(text.extracting(second + 1..<text.count)) else { throw .malformed }
    let header = try JSONWebToken.object(text.extracting(0..<first))
    self.signature = signature
    signedCount = second
    guard let algorithm = header["alg"]?.text.flatMap(SignatureAlgorithm.init(rawValue:)) else { throw .algorithm }
    guard !signature.isEmpty else { throw .signature }
    // No extension is understood here, so none may be critical (RFC 7515 §4.1.11).
    guard header["crit"] == nil else { throw .critical }
    self.algorithm = algorithm
    keyID = try JSONWebToken.text(header["kid"])
    type = try JSONWebToken.text(header["typ"]).map(JSONWebToken.type)
    claims = try JSONWebToken.object(text.extracting(first + 1..<second))
  }

  /// A type as it is compared.
  static func type(_ text: String) -> String {
    let lower = text.lowercased()
    return lower.hasPrefix("application/") ? String(lower.dropFirst("application/".count)) : lower
  }

  private static func text(_ value: JSONValue?) throws(JWTRefusal) -> String? {
    guard let value else { return nil }
    guard let text = value.text else { throw .malformed }
    return text
  }

  private static func object(_ text: Span<UInt8>) throws(JWTRefusal) -> JSONValue {
    guard let bytes = Base64.canonicalURLBytes(text), let value = try? JSONParser.parse(bytes.span, json),
      case .object = value
    else { throw .malformed }
    return value
  }
}
