internal import HTTPWire
internal import Text
internal import Synchronization

/// What fal says about the proxy's own key in an answer to somebody else's request (protocol.md §5.4).
enum KeyVerdict: Int, CaseIterable {
  /// 401, `invalid key credentials`.
  case invalid
  /// 403, `User is locked`.
  case locked
  /// A 401 in a content coding that is not read here.
  case unread

  /// Bytes of an answer's content that are looked at.
  static let contentLimit = 1024

  /// Reads the first bytes of a 401 or 403; nil when it is about something else, or too short yet to tell. White space and
  /// case make no difference.
  init?(status: Int, content: some Sequence<UInt8>) {
    let text = content.filter { $0 != 0x20 && !(0x09...0x0D).contains($0) }.map(\.asciiLowercased)
    if status == 401, KeyVerdict.contains(text, "\"detail\":\"invalidkeycredentials") {
      self = .invalid
    } else if status == 403, KeyVerdict.contains(text, "\"detail\":\"userislocked") {
      self = .locked
    } else {
      return nil
    }
  }

  private static func contains(_ text: [UInt8], _ words: String) -> Bool {
    let words = Array(words.utf8)
    guard text.count >= words.count else { return false }
    return (0...text.count - words.count).contains { text[$0...].starts(with: words) }
  }

  fileprivate var line: String {
    switch self {
    case .invalid:
      "fal refuses the key (invalid key credentials): no request can succeed until FAL_KEY is a valid one"
    case .locked:
      "fal has locked the account of the key (User is locked): see https://fal.ai/dashboard/billing for the reason"
    case .unread: "fal answered 401 in a coding that is not read here: the key may be invalid"
    }
  }
}

/// Tells the operator what fal says about the key, each once a minute; one for all loops.
package final class KeyVerdicts: Sendable {
  /// Nanoseconds between two lines about the same.
  private static let interval: UInt64 = 60_000_000_000

  private let report: @Sendable (String) -> Void
  /// When each was last reported, in monotonic nanoseconds; 0 for never.
  private let invalidAt = Atomic<UInt64>(0)
  private let lockedAt = Atomic<UInt64>(0)
  private let unreadAt = Atomic<UInt64>(0)

  /// - Parameter report: takes a line for the operator and must not wait: it is called on an event loop.
  package init(report: @escaping @Sendable (String) -> Void) { self.report = report }

  func note(_ verdict: KeyVerdict, now: UInt64) {
    let isDue =
      switch verdict {
      case .invalid: KeyVerdicts.claim(invalidAt, now)
      case .locked: KeyVerdicts.claim(lockedAt, now)
      case .unread: KeyVerdicts.claim(unreadAt, now)
      }
    if isDue { report("fal-proxy: \(verdict.line)") }
  }

  /// Whether the last line is long enough ago; only one of several loops is told so.
  private static func claim(_ last: borrowing Atomic<UInt64>, _ now: UInt64) -> Bool {
    let seen = last.load(ordering: .relaxed)
    guard seen == 0 || now >= seen &+ interval else { return false }
    return last.compareExchange(expected: seen, desired: max(now, 1), ordering: .relaxed).exchanged
  }
}
