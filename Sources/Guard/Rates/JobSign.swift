internal import Digest
public import Fal
internal import Text

/// What tells of the end of a queued job in what passes by (protocol.md §3.5 to §3.8).
extension RateTable.Sign {
  /// What the status of an answer says of the job that was asked for; nil when it says nothing. A 404 is among those: fal
  /// also says it of a job that is only just known, or asked for under another app, and nobody may shake off a job by that.
  public init?(_ operation: Operation, status: Int) {
    switch (operation, status) {
    case (.status, 200), (.result, 200..<300): self = .isOver
    case (.status, 202), (.statusStream, 200), (.result, 400): self = .goesOn
    // What a gateway says of itself says nothing of the job.
    case (.result, 502...504): self = .goesOn
    // A failed job's own answer is given again.
    case (.result, 422), (.result, 499...599): self = .isOver
    case (.cancel, 200), (.cancel, 202): self = .isOver
    default: return nil
    }
  }
}

extension RateTable {
  /// What stands for fal's id of a job: a UUID, as fal's are, stands for itself, and costs no hash; of any other text it is one.
  /// One that nothing makes is none here, so that no key is a small number.
  public static func key(of id: Span<UInt8>) -> UInt128 {
    if let value = UUIDText.value(id), UUIDText.isMade(value) { return value }
    return SHA256.digest(id).leading
  }
}

/// Finds what tells of the end of a job in content that comes in pieces cut anywhere: the last event of a status stream, or
/// why a cancel is refused. It looks for the member itself: inside of a string of JSON its quotes would be escaped.
public struct CompletionScanner: Sendable {
  private let member: StaticString
  /// Behind so many bytes of it, and one more, there may be space.
  private static let nameLength = 8
  private var matched = 0
  /// Whether it has come.
  public private(set) var isFound = false

  /// One that has seen nothing.
  /// - Parameter isOfCancel: whether it is the answer to a cancel that it looks at.
  public init(isOfCancel: Bool = false) {
    member = isOfCancel ? #""status":"ALREADY_COMPLETED""# : #""status":"COMPLETED""#
  }

  /// Looks at the bytes that come next.
  public mutating func scan(_ bytes: Span<UInt8>) {
    guard !isFound else { return }
    for index in 0..<bytes.count {
      let byte = bytes[index]
      if byte == member.utf8Start[matched] {
        matched += 1
        guard matched < member.utf8CodeUnitCount else {
          isFound = true
          return
        }
      } else if matched - CompletionScanner.nameLength != 0 && matched - CompletionScanner.nameLength != 1
        || byte != UInt8(ascii: " ")
      {
        matched = byte == member.utf8Start[0] ? 1 : 0
      }
    }
  }
}
