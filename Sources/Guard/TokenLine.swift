public import Digest
internal import Text

/// A line of `auth.tokens_file`: `name:group:sha256-in-hex`.
public struct TokenLine: Sendable {
  /// Whose token it is.
  public let name: String
  /// The group; nil where the line names none.
  public let group: String?
  /// SHA-256 of the token.
  public let digest: Digest256

  /// A new token and its line: 256 bits, behind a mark that scanners for leaked secrets can look for.
  /// - Parameter random: 32 bytes that nobody can guess.
  public static func mint(name: String, group: String?, random: [UInt8]) -> (token: String, line: TokenLine) {
    let token = "fpx_" + Base64.urlText(random)
    return (token, TokenLine(name: name, group: group, digest: SHA256.digest(Array(token.utf8).span)))
  }

  init(name: String, group: String?, digest: Digest256) {
    self.name = name
    self.group = group
    self.digest = digest
  }

  /// The line that `text` is.
  init(_ text: Span<UInt8>) throws(TokenLineFault) {
    let first = text.firstIndex(of: Byte.colon, from: 0, limit: text.count)
    let second = text.firstIndex(of: Byte.colon, from: min(first + 1, text.count), limit: text.count)
    guard second < text.count else { throw .form }
    let (name, group) = (text.extracting(0..<first), text.extracting(first + 1..<second))
    guard CallerName.isValid(name) else { throw .name }
    guard group.isEmpty || CallerName.isValid(group) else { throw .group }
    guard let digest = Digest256(hexadecimal: text.extracting(second + 1..<text.count)) else { throw .hash }
    self.init(name: name.text, group: group.isEmpty ? nil : group.text, digest: digest)
  }

  /// The line as the file has it.
  public var text: String { "\(name):\(group ?? ""):\(digest.hexadecimal)" }
}

/// What is wrong with a line; no part of it is repeated, for it may be a token that stands in the wrong place.
enum TokenLineFault: Error {
  case form, name, group, hash

  var message: String {
    switch self {
    case .form: "expected name:group:hash (the group may be empty); 'fal-proxy token NAME' prints such a line"
    case .name: "the name is not \(CallerName.rule)"
    case .group: "the group is not \(CallerName.rule), or empty"
    case .hash:
      "expected the SHA-256 of a token in 64 hexadecimal digits behind the second colon; 'fal-proxy token NAME' prints it"
    }
  }
}

extension Digest256 {
  /// The digest that 64 hexadecimal digits of either case stand for.
  init?(hexadecimal text: Span<UInt8>) {
    guard text.count == 64 else { return nil }
    var bytes = InlineArray<32, UInt8>(repeating: 0)
    for index in 0..<32 {
      guard let high = text[2 * index].hexDigit, let low = text[2 * index + 1].hexDigit else { return nil }
      bytes[index] = high << 4 | low
    }
    self.init(bytes)
  }

  /// It in 64 digits.
  var hexadecimal: String {
    (0..<32).map { Hexadecimal.text(UInt64(bytes[$0]), count: 2) }.joined()
  }
}

extension Span where Element == UInt8 {
  fileprivate var text: String { withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }
}
