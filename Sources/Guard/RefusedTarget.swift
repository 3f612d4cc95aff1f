internal import Text

/// What a log may say of a target, whatever is wrong with it: its host and its path.
///
/// A refused text can be anything, also a key that got into the wrong field. So nothing is said of what is no URL, and nothing
/// of one with an `@` behind the place of its host: what stands before it may be a password.
public struct RefusedTarget: Equatable, Sendable {
  /// The host, with its port and without userinfo.
  public let host: Range<Int>
  /// The path without query and fragment; may be empty.
  public let path: Range<Int>

  /// Looks for the two in `bytes`; nil where there may be a secret.
  public init?(_ bytes: Span<UInt8>) {
    var start = 0
    while start < bytes.count, bytes[start].isLetter { start += 1 }
    guard start > 0, bytes.extracting(start..<bytes.count).hasPrefix("://") else { return nil }
    start += 3
    var hostEnd = start
    while hostEnd < bytes.count, !Self.endsHost(bytes[hostEnd]) {
      hostEnd += 1
      if bytes[hostEnd - 1] == UInt8(ascii: "@") { start = hostEnd }
    }
    guard bytes.firstIndex(of: UInt8(ascii: "@"), from: hostEnd, limit: bytes.count) == bytes.count else { return nil }
    var pathEnd = hostEnd
    while pathEnd < bytes.count, !Self.endsPath(bytes[pathEnd]) { pathEnd += 1 }
    host = start..<hostEnd
    path = hostEnd..<pathEnd
  }

  /// For one parser or another.
  private static func endsHost(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") || endsPath(byte)
  }

  private static func endsPath(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") }
}
