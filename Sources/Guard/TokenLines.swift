internal import Text

/// The content of `auth.tokens_file`, with everything that is wrong with it.
public struct TokenLines: Sendable {
  /// Something wrong in a line; lines are counted from 1.
  public struct Fault: Sendable, Equatable {
    public let line: Int
    public let message: String
  }

  /// What was read.
  public private(set) var lines: [TokenLine] = []
  /// What could not be.
  public private(set) var faults: [Fault] = []

  /// After so many faults the file is no list of tokens, and no more is said of it.
  private static let faultLimit = 20

  /// Reads lines that end in LF or CRLF; blank ones and those that begin with `#` say nothing.
  public init(_ content: Span<UInt8>) {
    var (names, digests): ([String: Int], [DigestKey: Int]) = ([:], [:])
    var (start, number) = (0, 0)
    while start < content.count, faults.count < TokenLines.faultLimit {
      let end = content.firstIndex(of: Byte.lineFeed, from: start, limit: content.count)
      let text = content.extracting(TokenLines.trimmed(content, start..<end))
      (start, number) = (end + 1, number + 1)
      guard !text.isEmpty, text[0] != Byte.numberSign else { continue }
      do throws(TokenLineFault) {
        let line = try TokenLine(text)
        if let other = names.updateValue(number, forKey: line.name) {
          reject(number, "the name stands in line \(other) already; give each token a name of its own")
        } else if let other = digests.updateValue(number, forKey: DigestKey(line.digest)) {
          reject(number, "the hash stands in line \(other) already; mint a token of its own for each name")
        } else {
          lines.append(line)
        }
      } catch {
        reject(number, error.message)
      }
    }
  }

  private mutating func reject(_ line: Int, _ message: String) { faults.append(Fault(line: line, message: message)) }

  private static func trimmed(_ content: Span<UInt8>, _ line: Range<Int>) -> Range<Int> {
    var (start, end) = (line.lowerBound, line.upperBound)
    while start < end, content[start].isWhitespace { start += 1 }
    while end > start, content[end - 1].isWhitespace || content[end - 1] == Byte.carriageReturn { end -= 1 }
    return start..<end
  }
}
