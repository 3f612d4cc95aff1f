internal import Digest
package import Guard
internal import Settings
internal import System

/// `auth.tokens_file`: read at the start, and again when it has changed.
package struct TokensFile: Sendable {
  /// Why there is no list.
  enum Failure: Error {
    case unreadable(String)
    case faulty([TokenLines.Fault])
  }

  /// What a look has brought.
  package enum Change {
    /// A new list is in force.
    case list(TokenList)
    /// The one before stays, for a reason in a sentence.
    case refused(String)
  }

  /// The largest file in bytes: some 40,000 tokens.
  static let sizeLimit = 4 << 20
  /// The time from one look to the next.
  package static let interval = Duration.milliseconds(500)
  /// Looks after which a change is read though it goes on.
  static let patience = 3
  /// How often it is tried again before the next look, where somebody writes at that very moment.
  private static let attempts = 8

  private let path: String
  private let make: @Sendable ([TokenLine]) -> TokenList
  /// The list of the last content without a fault.
  private(set) var list: TokenList
  /// The content that was read last; nil when none could be.
  private var content: Digest256?
  /// What the last look saw, and what was there when the file was read last; nil for nothing.
  private var seen: FileStamp?
  private var read: FileStamp??
  /// Looks that saw a change since then.
  private var unread = 0
  /// Whether it was told that the file is no list, since it last was one.
  private var hasComplained = false

  /// - Parameter make: the list that lines of the file belong to.
  init(_ path: String, _ make: @escaping @Sendable ([TokenLine]) -> TokenList) throws(Failure) {
    self.path = path
    self.make = make
    (list, content) = try TokensFile.load(path, make)
  }

  /// Looks whether the file is another, or changed, by what the system says of it. A change is read once two looks agree, so
  /// that no half of a file is taken for a whole; of a file that never stays as it is, every third look reads what there is.
  /// - Returns: what there is to tell; nil for nothing new.
  package mutating func look() -> Change? {
    let stamp = FileStamp(of: path)
    defer { seen = stamp }
    guard read != .some(stamp) else { return nil }
    let isSettled = seen == stamp
    unread += 1
    guard isSettled || unread >= TokensFile.patience else { return nil }
    return attempt(isSettled: isSettled)
  }

  private mutating func attempt(isSettled: Bool = false) -> Change? {
    let before = FileStamp(of: path)
    let reading = Result { () throws(Failure) in try TokensFile.bytes(path) }
    // Who writes at this very moment has not written everything.
    return FileStamp(of: path) == before ? take(reading, before, isSettled: isSettled) : nil
  }

  private mutating func take(
    _ reading: Result<(SecretBytes, Digest256), Failure>, _ stamp: FileStamp?, isSettled: Bool
  ) -> Change? {
    do throws(Failure) {
      let (bytes, digest) = try reading.get()
      let isNew = content != digest
      if isNew {
        content = digest
        let lines = try TokensFile.lines(bytes)
        // Empty is what a file is just before it is written.
        guard isSettled || !lines.isEmpty else {
          content = nil
          return nil
        }
        list = make(lines)
        hasComplained = false
      }
      (read, unread) = (stamp, 0)
      return isNew ? .list(list) : nil
    } catch {
      if case .unreadable = error { content = nil }
      if isSettled { (read, unread) = (stamp, 0) }
      // What never stays as it is may be broken each time in another way.
      guard isSettled || !hasComplained else { return nil }
      hasComplained = true
      return .refused(sentence(error))
    }
  }

  private func sentence(_ failure: Failure) -> String {
    switch failure {
    case .unreadable(let reason): return "cannot read \(path): \(reason)"
    case .faulty(let faults):
      let more = faults.count > 1 ? " (and \(faults.count - 1) more)" : ""
      return "\(path):\(faults[0].line): \(faults[0].message)\(more)"
    }
  }

  /// Looks again and again until the task is cancelled. What a look has brought is taken up before the next look, so that no list
  /// is overtaken by an older one.
  package consuming func watch(
    every interval: Duration = TokensFile.interval, _ takeUp: (Change) async -> Void
  ) async {
    var file = self
    while (try? await Task.sleep(for: interval)) != nil {
      var change = file.look()
      for _ in 0..<TokensFile.attempts where change == nil && file.unread >= TokensFile.patience {
        try? await Task.sleep(for: interval / (TokensFile.attempts + 1))
        change = file.attempt()
      }
      if let change { await takeUp(change) }
    }
  }

  private static func load(
    _ path: String, _ make: ([TokenLine]) -> TokenList
  ) throws(Failure) -> (TokenList, Digest256) {
    let (bytes, digest) = try bytes(path)
    return (make(try lines(bytes)), digest)
  }

  private static func bytes(_ path: String) throws(Failure) -> (SecretBytes, Digest256) {
    do throws(BoundedFile.Failure) {
      let bytes = try BoundedFile.read(path, limit: sizeLimit)
      return (bytes, bytes.withUnsafeBytes { SHA256.digest($0.bindMemory(to: UInt8.self).span) })
    } catch {
      switch error {
      case .unreadable(let reason): throw .unreadable(reason)
      case .tooLarge: throw .unreadable("the file has more than \(UnitText.describe(size: sizeLimit))")
      }
    }
  }

  private static func lines(_ bytes: SecretBytes) throws(Failure) -> [TokenLine] {
    let content = bytes.withUnsafeBytes { TokenLines($0.bindMemory(to: UInt8.self).span) }
    guard content.faults.isEmpty else { throw .faulty(content.faults) }
    return content.lines
  }
}

extension Generation {
  /// The file of tokens to watch; nil where there is none.
  package var tokensFile: TokensFile? { callers.tokensFile }
}
