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
  private static let sizeLimit = 4 << 20

  private let path: String
  private let make: @Sendable ([TokenLine]) -> TokenList
  /// The list of the last content without a fault.
  private(set) var list: TokenList
  /// The content that was read last; nil when none could be.
  private var content: Digest256?
  /// What the last look saw, and what was there when the file was read last; nil for nothing.
  private var seen: FileStamp?
  private var read: FileStamp??

  /// - Parameter make: the list that lines of the file belong to.
  init(_ path: String, _ make: @escaping @Sendable ([TokenLine]) -> TokenList) throws(Failure) {
    self.path = path
    self.make = make
    (list, content) = try TokensFile.load(path, make)
  }

  /// Looks whether the file is another, or changed, by what the system says of it; a change is read once two looks agree, so
  /// that no half of a file is taken for a whole.
  /// - Returns: what there is to tell; nil for nothing new.
  package mutating func look() -> Change? {
    let stamp = FileStamp(of: path)
    defer { seen = stamp }
    guard read != .some(stamp), seen == stamp else { return nil }
    read = .some(stamp)
    return reload()
  }

  private mutating func reload() -> Change? {
    do throws(Failure) {
      let (bytes, digest) = try TokensFile.bytes(path)
      guard content != digest else { return nil }
      content = digest
      list = make(try TokensFile.lines(bytes))
      return .list(list)
    } catch {
      switch error {
      case .unreadable(let reason):
        content = nil
        return .refused("cannot read \(path): \(reason)")
      case .faulty(let faults):
        let more = faults.count > 1 ? " (and \(faults.count - 1) more)" : ""
        return .refused("\(path):\(faults[0].line): \(faults[0].message)\(more)")
      }
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
      case .tooLarge: throw .unreadable("the file has more than 4 MiB")
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
