/// Why a configured pattern or origin cannot be used; it is raised while settings are read, never per request.
public struct PatternError: Error, Equatable, Sendable, CustomStringConvertible {
  /// One sentence that quotes the entry and names the problem and, where there is one, the position (first is 1).
  public let message: String

  /// An error about `entry` as the operator wrote it; `problem` continues the sentence after the quoted entry.
  public init(entry: String, problem: String) {
    message = "\"\(entry)\" \(problem)"
  }

  /// An error about the byte at `offset` (from 0) of `entry`.
  init(entry: String, offset: Int, problem: String) {
    self.init(entry: entry, problem: "\(problem) at character \(offset + 1)")
  }

  /// The same text as `message`, so that string interpolation prints a sentence.
  public var description: String { message }
}
