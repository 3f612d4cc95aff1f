internal import Digest
internal import Text

/// Tells fal's bill whom a request counts for (`x-fal-tags`, protocol.md): a hash that is the same as long as the secret is,
/// and tells nobody who it is, and the group.
public struct CallerTags: Sendable, CustomReflectable {
  private let secrets: CallerSecrets
  private let groups: [[UInt8]]

  /// - Parameter groups: the names of the groups; a caller's is an index into them.
  public init(_ secrets: CallerSecrets, groups: [String]) {
    self.secrets = secrets
    self.groups = groups.map { Array($0.utf8) }
  }

  /// The most bytes of a line.
  public var limit: Int { 64 + (groups.map(\.count).max() ?? 0) }

  /// The value of the field for `caller`: `user=` and 32 hexadecimal digits, and its group if it has one.
  public func value(for caller: Caller) -> [UInt8] {
    let identity = caller.identity.value
    let user = secrets.caller {
      $0.append(2)
      $0.append(UInt64(truncatingIfNeeded: identity >> 64))
      $0.append(UInt64(truncatingIfNeeded: identity))
    }.identity.value
    var value = Array("user=".utf8)
    value += HexadecimalDigits(UInt64(truncatingIfNeeded: user >> 64), count: 16)
    value += HexadecimalDigits(UInt64(truncatingIfNeeded: user), count: 16)
    if let group = caller.group {
      value += Array(",group=".utf8)
      value += groups[group]
    }
    return value
  }

  /// No children, so that `dump` and debuggers' summaries print no secret.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
