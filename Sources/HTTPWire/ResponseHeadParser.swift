internal import Text

/// Parses response heads in place (RFC 9112 §4, §5, §6) as strictly as requests: an upstream is not trusted either.
public struct ResponseHeadParser: Sendable {
  /// The head of the last successful `parse`; its offsets refer to the bytes given then.
  public private(set) var head = ResponseHead()
  /// The limits the next head is held to.
  public var limits: HeadLimits

  /// A parser with these limits; `requestTarget` has no meaning here.
  public init(limits: HeadLimits) { self.limits = limits }

  /// Reads one head from the start of `bytes`, the answer to a request with `method`.
  ///
  /// `scanned` is the connection's memory between calls, as for `RequestHeadParser.parse`.
  /// - Returns: the length of the head in bytes, or nil if more bytes are needed.
  public mutating func parse(
    _ bytes: Span<UInt8>, answering method: Method, scanned: inout Int
  ) throws(WireError) -> Int? {
    if scanned > 0, !LineEnd.stands(in: bytes, from: scanned) {
      scanned = bytes.count
      guard bytes.count < limits.head else { throw .headTooLarge }
      return nil
    }
    head.fields.reset()
    guard let start = try parseStatusLine(bytes),
      let end = try head.fields.parse(bytes, from: start, limits: limits)
    else {
      scanned = bytes.count
      guard bytes.count < limits.head else { throw .headTooLarge }
      return nil
    }
    scanned = 0
    guard end <= limits.head else { throw .headTooLarge }
    try interpret(bytes, method)
    return end
  }

  private mutating func parseStatusLine(_ bytes: Span<UInt8>) throws(WireError) -> Int? {
    let prefix: StaticString = "HTTP/1."
    for index in 0..<min(bytes.count, 7) where bytes[unchecked: index] != prefix.utf8Start[index] {
      throw .malformedStartLine
    }
    guard bytes.count >= 13 else { return nil }
    guard bytes[unchecked: 7].isDigit, bytes[unchecked: 8] == 0x20 else { throw .malformedStartLine }
    head.isHTTP10 = bytes[unchecked: 7] == UInt8(ascii: "0")
    var status = 0
    for index in 9..<12 {
      guard bytes[unchecked: index].isDigit else { throw .malformedStartLine }
      status = status * 10 + Int(bytes[unchecked: index] &- 0x30)
    }
    guard status >= 100, status <= 599 else { throw .malformedStartLine }
    head.status = status
    var index = 12
    // The space before an empty reason phrase is often left out.
    if bytes[unchecked: index] == 0x20 {
      index += 1
    } else if bytes[unchecked: index] != UInt8(ascii: "\r") {
      throw .malformedStartLine
    }
    let reasonStart = index
    index = bytes.endOfFieldValue(from: index)
    guard index + 1 < bytes.count else { return nil }
    guard bytes[unchecked: index] == UInt8(ascii: "\r"), bytes[unchecked: index + 1] == UInt8(ascii: "\n") else {
      throw .bareLineTerminator
    }
    head.reason = reasonStart..<index
    return index + 2
  }

  private mutating func interpret(_ bytes: Span<UInt8>, _ method: Method) throws(WireError) {
    let fields = head.fields
    let stated = try fields.framing(in: bytes, isHTTP10: head.isHTTP10)
    head.isPersistent =
      head.isHTTP10 ? fields.connectionKeepAlive && !fields.connectionClose : !fields.connectionClose
    head.statedLength = nil
    let hasNoContent = method == .head || head.status < 200 || head.status == 204 || head.status == 304
    if hasNoContent {
      head.framing = .none
      if case .contentLength(let length)? = stated, head.status != 204, head.status >= 200 {
        head.statedLength = length
      } else if stated != nil, method != .head {
        // 1xx and 204 must state no framing (RFC 9112 §6.1): what follows cannot be trusted to be the next response.
        head.isPersistent = false
      }
      return
    }
    switch stated {
    case nil:
      head.framing = .untilClose
      head.isPersistent = false
    case .contentLength(0)?:
      head.framing = .none
      head.statedLength = 0
    case let framing?: head.framing = framing
    }
  }
}
