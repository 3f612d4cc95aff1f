internal import Text

/// A path pattern with picomatch's meaning of `*`, `**`, `?` and `\` (option `dot: true`, as in the official proxy).
///
/// `*` is any run of bytes without `/`, and at least one byte when it is a whole segment; `**` as a whole segment is
/// any number of segments, and a final `/**` also covers the path before it; `?` is one byte other than `/`; `\x` is
/// `x` itself.
/// Unlike picomatch, braces, brackets, parentheses, `!` and `|` are refused rather than given a meaning, `**` does not
/// look for dot segments (`TargetPolicy` refuses those itself), and a final `*` covers no slash after it.
/// protocol.md §2.5.
public struct GlobPattern: Sendable, Equatable {
  /// The pattern as it was written.
  public let text: String

  /// Literal bytes are ASCII, so the upper half of the byte values is free for the wildcards.
  let tokens: [UInt8]

  /// The bytes before the first wildcard, escapes undone: everything that fits begins with them.
  var literalPrefix: [UInt8] { Array(tokens.prefix { $0 < 0x80 }) }

  /// Whether there is no wildcard, so that only `literalPrefix` fits.
  var isLiteral: Bool { !tokens.contains { $0 >= 0x80 } }

  enum Token {
    /// `?`: one byte, not `/`.
    static let one: UInt8 = 0x80
    /// `*`: any run without `/`.
    static let star: UInt8 = 0x81
    /// `**/`: nothing, or anything up to and including a `/`. It stands only at the beginning of a segment.
    static let segments: UInt8 = 0x82
    /// A final `/**`: nothing, or `/` and anything.
    static let tail: UInt8 = 0x83
    /// The pattern `**`.
    static let everything: UInt8 = 0x84
  }

  /// Compiles `text`; throws for an empty pattern, a byte outside printable ASCII, a final `\`, more than two stars
  /// together, or an unsupported sign.
  public init(_ text: String) throws(PatternError) {
    let source = Array(text.utf8)
    guard !source.isEmpty else { throw PatternError(problem: "is empty") }
    var tokens: [UInt8] = []
    var index = 0
    while index < source.count {
      let byte = source[index]
      guard byte.isVisible else {
        throw PatternError(offset: index, problem: "has a space, control or non-ASCII byte")
      }
      switch byte {
      case Byte.backslash:
        index += 1
        guard index < source.count, source[index].isVisible else {
          throw PatternError(offset: index - 1, problem: "has '\\' without a character to escape")
        }
        tokens.append(source[index])
        index += 1
      case Byte.star:
        index = try Self.appendStars(at: index, of: source, to: &tokens)
      case Byte.question:
        tokens.append(Token.one)
        index += 1
      case UInt8(ascii: "{"), UInt8(ascii: "}"), Byte.openBracket, Byte.closeBracket, UInt8(ascii: "("),
        UInt8(ascii: ")"), UInt8(ascii: "!"), UInt8(ascii: "|"):
        let sign = Character(Unicode.Scalar(byte))
        throw PatternError(offset: index, problem: "has an unescaped '\(sign)', which is not supported,")
      default:
        tokens.append(byte)
        index += 1
      }
    }
    self.text = text
    self.tokens = tokens
  }

  /// Appends what the run of stars at `start` means and returns the offset after what was consumed.
  private static func appendStars(
    at start: Int, of source: [UInt8], to tokens: inout [UInt8]
  ) throws(PatternError) -> Int {
    var end = start
    while end < source.count, source[end] == Byte.star { end += 1 }
    guard end - start <= 2 else {
      throw PatternError(
        offset: start, problem: "has more than two '*' together; write '**' for any number of segments, '*' for one,")
    }
    let isLast = end == source.count
    let isWhole = (start == 0 || source[start - 1] == Byte.slash) && (isLast || source[end] == Byte.slash)
    guard isWhole else {
      tokens.append(Token.star)
      return end
    }
    guard end - start == 2 else {
      tokens += [Token.one, Token.star]
      return end
    }
    // Neighbouring `**` mean the same as one; folding them keeps a single place to come back to while matching.
    if tokens.last == Token.segments { tokens.removeLast() }
    guard isLast else {
      tokens.append(Token.segments)
      return end + 1
    }
    if tokens.isEmpty {
      tokens.append(Token.everything)
    } else {
      tokens[tokens.count - 1] = Token.tail  // in place of the slash before it
    }
    return end
  }

  /// Whether the whole of `bytes` fits; nothing fits the empty text, as in picomatch. At most O(pattern × text) steps.
  ///
  /// Two places to come back to are enough. A later `**/` can absorb whatever an earlier one would have, and a star
  /// cannot pass `/`, so it is settled once the slash after it has matched. Hence no exponential backtracking.
  public func matches(_ bytes: Span<UInt8>) -> Bool {
    guard !bytes.isEmpty else { return false }
    let tokens = tokens.span
    var token = 0
    var at = 0
    var starToken = -1
    var starAt = 0
    var segmentsToken = -1
    var segmentsAt = 0
    while true {
      if token == tokens.count {
        if at == bytes.count { return true }
      } else {
        let kind = tokens[token]
        switch kind {
        case Token.everything:
          return true
        case Token.tail:
          if at == bytes.count || bytes[at] == Byte.slash { return true }
        case Token.segments:
          token += 1
          (segmentsToken, segmentsAt, starToken) = (token, at, -1)
          continue
        case Token.star:
          token += 1
          (starToken, starAt) = (token, at)
          continue
        default:
          if at < bytes.count, kind == Token.one ? bytes[at] != Byte.slash : bytes[at] == kind {
            if kind == Byte.slash { starToken = -1 }
            token += 1
            at += 1
            continue
          }
        }
      }
      if starToken >= 0, starAt < bytes.count, bytes[starAt] != Byte.slash {
        starAt += 1
        (token, at) = (starToken, starAt)
        continue
      }
      guard segmentsToken >= 0 else { return false }
      let slash = bytes.firstIndex(of: Byte.slash, from: segmentsAt, limit: bytes.count)
      guard slash < bytes.count else { return false }
      segmentsAt = slash + 1
      (token, at, starToken) = (segmentsToken, segmentsAt, -1)
    }
  }
}
