internal import Text

/// Why a text is no target, whatever a policy allows.
public enum TargetFault: Error, Equatable {
  /// Not an `https://host/path?query` in the strict form that fal's clients send.
  case malformed
  /// The scheme is `http`; the key must not travel in clear (protocol.md §2.6 a).
  case notHTTPS
  /// More bytes than are accepted.
  case tooLong
}

/// The lexical form of a target: `https://` host path [`?` query], accepted only where every URL parser agrees on it.
///
/// Strictness is the defence. What no fal client sends (userinfo, port, escapes, backslashes or dot segments in the
/// path, fragment, anything outside ASCII) is refused, so there is nothing left that two parsers could read differently.
public struct TargetText {
  /// Behind `https://`.
  public static let hostStart = 8

  /// The end of the host and the offset of the path's first slash.
  public let hostEnd: Int

  /// The path without its leading slash and without one trailing slash; may be empty.
  public let id: Range<Int>

  /// The query behind its `?`; empty where there is none.
  public let query: Range<Int>

  public init(_ bytes: Span<UInt8>, maximumLength: Int) throws(TargetFault) {
    guard bytes.count <= maximumLength else { throw .tooLong }
    guard bytes.hasPrefix("https://") else {
      throw bytes.hasPrefixIgnoringCase("http://") ? .notHTTPS : .malformed
    }
    let hostEnd = bytes.firstIndex(of: UInt8(ascii: "/"), from: Self.hostStart, limit: bytes.count)
    guard hostEnd < bytes.count, bytes.extracting(Self.hostStart..<hostEnd).isHostName() else { throw .malformed }
    let pathEnd = try Self.pathEnd(bytes, from: hostEnd)
    try Self.checkQuery(bytes, from: pathEnd)
    self.hostEnd = hostEnd
    query = min(pathEnd + 1, bytes.count)..<bytes.count
    let start = hostEnd + 1
    id = start..<(pathEnd > start && bytes[pathEnd - 1] == UInt8(ascii: "/") ? pathEnd - 1 : pathEnd)
  }

  /// Checks the path that begins with the slash at `start` and returns its end.
  private static func pathEnd(_ bytes: Span<UInt8>, from start: Int) throws(TargetFault) -> Int {
    var index = start + 1
    var length = 0
    var dotsOnly = true
    while index < bytes.count, bytes[index] != UInt8(ascii: "?") {
      let byte = bytes[index]
      if byte == UInt8(ascii: "/") {
        guard length > 0, !dotsOnly else { throw .malformed }
        length = 0
        dotsOnly = true
      } else {
        guard byte.isUnreserved else { throw .malformed }
        length += 1
        if byte != UInt8(ascii: ".") { dotsOnly = false }
      }
      index += 1
    }
    guard length == 0 || !dotsOnly else { throw .malformed }
    return index
  }

  /// Checks the query whose `?` is at `start`, if there is one.
  private static func checkQuery(_ bytes: Span<UInt8>, from start: Int) throws(TargetFault) {
    var index = start + 1
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%") {
        guard index + 2 < bytes.count, bytes[index + 1].isHexDigit, bytes[index + 2].isHexDigit else {
          throw .malformed
        }
        index += 3
      } else {
        guard bytes[index].isQueryByte else { throw .malformed }
        index += 1
      }
    }
  }
}
