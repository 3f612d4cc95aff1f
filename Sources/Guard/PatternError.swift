/// Why a configured pattern or origin cannot be used; it is raised while settings are read, never per request.
public struct PatternError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong, and at which character (first is 1) where there is one: the end of a sentence whose subject is the
  /// entry. It never quotes the entry, which may be a key put into the wrong setting.
  public let message: String

  /// An error about an entry.
  public init(problem: String) { message = problem }

  /// An error about the byte at `offset` (from 0) of an entry.
  init(offset: Int, problem: String) {
    self.init(problem: "\(problem) at character \(offset + 1)")
  }

  /// The same text as `message`.
  public var description: String { message }
}
