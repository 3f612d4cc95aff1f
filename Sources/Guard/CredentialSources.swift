public import HTTPWire
internal import Text

/// Where the credential of a request is looked for, in order (`auth.sources`).
public struct CredentialSources: Sendable {
  private enum Source {
    case authorization
    /// A field of this name, in lower case, whose whole value is the token.
    case header([UInt8])
    /// A cookie of this name.
    case cookie([UInt8])
  }

  /// What the first source says that says anything.
  public enum Finding: Equatable, Sendable {
    /// None holds anything.
    case nothing
    /// Where the token stands in the head.
    case token(Range<Int>)
    /// Something stands there that can be no token, or two do.
    case invalid
    /// A cookie holds one, and the page it came with may be anybody's.
    case foreignCookie
  }

  private let sources: [Source]
  /// The header fields among them as a field line of every answer: another value may get another (RFC 9110 §12.5.5). Empty
  /// where there are none.
  public let vary: [UInt8]

  /// Compiles `authorization`, `header:NAME` and `cookie:NAME`; throws for anything else, and for the name of a field that
  /// means something else to the proxy or to HTTP.
  public init(_ texts: [String]) throws(PatternError) {
    var sources: [Source] = []
    for text in texts { sources.append(try CredentialSources.source(text)) }
    self.sources = sources
    let names = sources.compactMap {
      if case .header(let name) = $0 { String(decoding: name, as: UTF8.self) } else { nil }
    }
    vary = names.isEmpty ? [] : Array("vary: \(names.joined(separator: ", "))\r\n".utf8)
  }

  private static func source(_ text: String) throws(PatternError) -> Source {
    if text == "authorization" { return .authorization }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "header" || parts[0] == "cookie" else {
      throw PatternError(problem: "is neither authorization, header:NAME nor cookie:NAME")
    }
    let name = Array(parts[1].utf8)
    guard parts[0] == "header" else {
      guard (1...128).contains(name.count), name.allSatisfy(\.isTokenByte) else {
        throw PatternError(problem: "names no cookie; a name has letters, digits, dashes and underscores")
      }
      return .cookie(name)
    }
    let lower = name.map(\.asciiLowercased)
    guard (1...128).contains(name.count), name.allSatisfy({ $0.isLetterOrDigit || $0 == Byte.dash }) else {
      throw PatternError(problem: "names no header field that is safe to trust; a name has letters, digits and dashes")
    }
    guard FieldName(lower.span) == .other, !lower.span.equals("cookie") else {
      throw PatternError(
        problem: "names a header field that means something else; write authorization, cookie:NAME, or another name")
    }
    return .header(lower)
  }

  /// The header fields among them, in lower case.
  public var headers: [String] {
    sources.compactMap { if case .header(let name) = $0 { String(decoding: name, as: UTF8.self) } else { nil } }
  }

  /// Looks for the credential among `lines` of the head `bytes`; the first source that holds one has the word.
  /// - Parameter cookiesCount: whether the page that sends cookies is one that may.
  public func find(in lines: [FieldLine], _ bytes: Span<UInt8>, cookiesCount: Bool) -> Finding {
    for index in sources.indices {
      let finding: Finding
      switch sources[index] {
      case .authorization: finding = CredentialSources.authorization(lines, bytes)
      case .header(let name): finding = CredentialSources.header(name, lines, bytes)
      case .cookie(let name):
        let cookie = CredentialSources.cookie(name, lines, bytes)
        finding = cookie == .nothing || cookiesCount ? cookie : .foreignCookie
      }
      if finding != .nothing { return finding }
    }
    return .nothing
  }

  private static func authorization(_ lines: [FieldLine], _ bytes: Span<UInt8>) -> Finding {
    for line in lines where line.kind == .authorization {
      guard let range = Credential.token(inAuthorization: bytes.extracting(line.value)) else { return .invalid }
      let start = line.value.lowerBound
      return .token(start + range.lowerBound..<start + range.upperBound)
    }
    return .nothing
  }

  private static func header(_ name: [UInt8], _ lines: [FieldLine], _ bytes: Span<UInt8>) -> Finding {
    var finding = Finding.nothing
    for line in lines where line.kind == .other && line.name.count == name.count {
      guard bytes.extracting(line.name).equalsIgnoringCase(of: name.span) else { continue }
      guard finding == .nothing else { return .invalid }
      finding = .token(line.value)
    }
    return finding
  }

  /// Two cookies of the name are no credential: a page of a neighbouring host can plant one beside the user's, and nothing
  /// says which is which (RFC 6265 §8.6).
  private static func cookie(_ name: [UInt8], _ lines: [FieldLine], _ bytes: Span<UInt8>) -> Finding {
    var finding = Finding.nothing
    for line in lines where line.kind == .other && line.name.count == 6 {
      guard bytes.extracting(line.name).equalsIgnoringCase("cookie") else { continue }
      var start = line.value.lowerBound
      while let value = Credential.nextCookie(name, in: bytes, from: &start, to: line.value.upperBound) {
        guard finding == .nothing else { return .invalid }
        finding = .token(value)
      }
    }
    return finding
  }
}
