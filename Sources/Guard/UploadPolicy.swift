internal import Text

/// Which content types an upload may be asked for (protocol.md §6.1, §6.2): the file is then served under it, by fal's name.
public struct UploadPolicy: Sendable {
  private let allowed: [ContentTypePattern]

  /// A policy that accepts what one of the patterns covers.
  public init(_ allowed: [ContentTypePattern]) { self.allowed = allowed }

  /// Whether every content type is allowed, so that the content of a request need not be read.
  public var isOpen: Bool { allowed.contains { $0.coversAll } }

  /// Reads the content of an upload initiation.
  ///
  /// It is read strictly and written anew, so that fal cannot read it differently.
  /// - Returns: the content to send on.
  public func decide(content: Span<UInt8>) throws(UploadRefusal) -> [UInt8] {
    let limits = JSONLimits(depth: 8, allowsDuplicates: false)
    guard let value = try? JSONParser.parse(content, limits), case .object(let members) = value else {
      throw .content("must be a JSON object that names no member twice")
    }
    let stated = members.filter { Self.isContentType($0.name) }
    guard stated.count == 1, stated[0].name.utf8.elementsEqual("content_type".utf8), let type = stated[0].value.text
    else {
      throw .content("needs content_type, a text, once")
    }
    guard let essence = Self.essence(type) else {
      throw .content("needs one type, such as image/png, as its content_type")
    }
    guard allowed.contains(where: { $0.covers(essence) }) else { throw .contentTypeNotAllowed }
    return JSONWriter.bytes(value)
  }

  /// Whether some reader could take the name for `content_type`: only its letters count, in any case.
  private static func isContentType(_ name: String) -> Bool {
    name.utf8.lazy.filter(\.isLetter).map(\.asciiLowercased).elementsEqual("contenttype".utf8)
  }

  /// Type and subtype in lower case, without parameters (RFC 9110 §8.3.1). Nil also where there is a comma: browsers take what
  /// stands behind it for the type (Fetch, "extract a MIME type").
  private static func essence(_ type: String) -> [UInt8]? {
    guard type.utf8.allSatisfy({ ($0.isVisible || $0 == Byte.space) && $0 != UInt8(ascii: ",") }) else { return nil }
    var essence = type.utf8.prefix { $0 != UInt8(ascii: ";") }.map(\.asciiLowercased)
    while essence.last == Byte.space { essence.removeLast() }
    return ContentTypePattern.isType(essence) && !essence.contains(Byte.star) ? essence : nil
  }
}

/// One entry of `uploads.content_types`: `image/png`, `image/*` or `*/*` (RFC 9110 §12.5.1).
public struct ContentTypePattern: Sendable {
  /// In lower case; without the star where there is one behind the slash.
  private let text: [UInt8]
  private let isRange: Bool
  /// Whether it is `*/*`.
  let coversAll: Bool

  /// Compiles `text`; throws for what is no such entry.
  public init(_ text: String) throws(PatternError) {
    let bytes = text.utf8.map(\.asciiLowercased)
    let isRange = bytes.suffix(2).elementsEqual("/*".utf8)
    let literal = isRange ? bytes.dropLast() : bytes[...]
    coversAll = bytes.elementsEqual("*/*".utf8)
    guard Self.isType(bytes), coversAll || !literal.contains(Byte.star) else {
      throw PatternError(problem: "is no content type; write image/png, image/* or */*, without parameters")
    }
    self.text = Array(literal)
    self.isRange = isRange
  }

  /// Whether `essence`, a type and subtype in lower case, fits.
  func covers(_ essence: [UInt8]) -> Bool {
    coversAll || (isRange ? essence.starts(with: text) : essence == text)
  }

  /// Whether these bytes are two tokens with a slash between them.
  static func isType(_ bytes: [UInt8]) -> Bool {
    let parts = bytes.split(separator: Byte.slash, omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isTokenByte) }
  }
}

/// Why an upload initiation is not forwarded.
public enum UploadRefusal: Error, Sendable {
  /// What is wrong with its content: the end of a sentence that begins with "The content of an upload initiation".
  case content(StaticString)
  /// No entry covers the type it asks for.
  case contentTypeNotAllowed
}
