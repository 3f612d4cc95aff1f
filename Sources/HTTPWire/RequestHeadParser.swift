internal import Text

/// Parses request heads in place (RFC 9112 §3, §5, §6), strictly: what two readers could take differently is refused.
///
/// One parser serves all connections of an event loop; what belongs to a connection is only the scan offset.
public struct RequestHeadParser: Sendable {
  /// Bytes of the longest method token worth reading; the longest registered one has 17.
  private static let methodLimit = 1024

  /// The head of the last successful `parse`; its offsets refer to the bytes given then.
  public private(set) var head = RequestHead()
  /// The limits every head is held to.
  public let limits: HeadLimits

  /// A parser with these limits.
  public init(limits: HeadLimits) { self.limits = limits }

  /// Reads one head from the start of `bytes`.
  ///
  /// `scanned` is the connection's memory between calls, 0 before a new head: an incomplete head is parsed again only
  /// once a further line has ended, so a head that arrives byte by byte costs one parse for each line.
  /// - Returns: the length of the head in bytes, or nil if more bytes are needed.
  public mutating func parse(_ bytes: Span<UInt8>, scanned: inout Int) throws(WireError) -> Int? {
    if scanned > 0, !LineEnd.stands(in: bytes, from: scanned) {
      scanned = bytes.count
      try checkIncomplete(bytes)
      return nil
    }
    guard let end = try parseWhole(bytes) else {
      scanned = bytes.count
      try checkIncomplete(bytes)
      return nil
    }
    guard end <= limits.head else { throw .headTooLarge }
    scanned = 0
    return end
  }

  /// Refuses an unfinished head that can no longer become an acceptable one.
  private func checkIncomplete(_ bytes: Span<UInt8>) throws(WireError) {
    // Looked at only near a limit; a request line ends this search at once, and without one it may only grow so far.
    if bytes.count >= min(limits.head, limits.requestTarget) {
      var index = RequestHeadParser.afterEmptyLines(bytes)
      let start = index
      while index < bytes.count, bytes[unchecked: index] != 0x20, bytes[unchecked: index] != UInt8(ascii: "\n") {
        index += 1
      }
      if index - start > RequestHeadParser.methodLimit { throw .malformedStartLine }
      let target = index + 1
      while index < bytes.count, bytes[unchecked: index] != UInt8(ascii: "\n") { index += 1 }
      // " HTTP/1.1" and CR may already follow a target of the largest size.
      if index == bytes.count, index - target > limits.requestTarget + 10 { throw .targetTooLong }
    }
    if bytes.count >= limits.head { throw .headTooLarge }
  }

  /// Where the request line begins: empty lines before it are tolerated (RFC 9112 §2.2).
  private static func afterEmptyLines(_ bytes: Span<UInt8>) -> Int {
    var index = 0
    while index + 1 < bytes.count, bytes[unchecked: index] == UInt8(ascii: "\r"),
      bytes[unchecked: index + 1] == UInt8(ascii: "\n")
    {
      index += 2
    }
    return index
  }

  private mutating func parseWhole(_ bytes: Span<UInt8>) throws(WireError) -> Int? {
    head.fields.reset()
    head.falTarget = nil
    head.authority = nil
    let start = RequestHeadParser.afterEmptyLines(bytes)
    guard let fieldsStart = try parseRequestLine(bytes, from: start) else { return nil }
    guard let end = try head.fields.parse(bytes, from: fieldsStart, limits: limits) else { return nil }
    try interpret(bytes)
    guard head.framing == .chunked, head.method.refusesChunks else { return end }
    return try emptyContent(bytes, from: end)
  }

  /// Reads a chunked body without content as if it were more of the head, and takes it for none: meshes and gateways
  /// frame so what has no content. Whoever expects a 100 (Continue) has some.
  /// - Returns: where it ends, or nil if more bytes are needed.
  private mutating func emptyContent(_ bytes: Span<UInt8>, from start: Int) throws(WireError) -> Int? {
    guard !head.expectsContinue else { throw .unexpectedContent }
    var decoder = BodyDecoder(.chunked)
    switch try decoder.next(bytes.extracting(start..<bytes.count)) {
    case .content: throw .unexpectedContent
    case .needMore:
      guard decoder.contentAhead == 0 else { throw .unexpectedContent }
      return nil
    case .end(let consumed):
      head.framing = .none
      return start + consumed
    }
  }

  private mutating func parseRequestLine(_ bytes: Span<UInt8>, from start: Int) throws(WireError) -> Int? {
    let count = bytes.count
    var index = start
    while index < count, bytes[unchecked: index].isTokenByte { index += 1 }
    guard index - start <= RequestHeadParser.methodLimit else { throw .malformedStartLine }
    guard index < count else { return nil }
    guard bytes[unchecked: index] == 0x20, index > start else {
      if bytes[unchecked: index] == UInt8(ascii: "\r"), index == start, index + 1 == count { return nil }
      throw bytes[unchecked: index] == UInt8(ascii: "\n") ? .bareLineTerminator : .malformedStartLine
    }
    head.methodRange = start..<index
    head.method = Method(bytes.extracting(start..<index))
    index += 1
    let targetStart = index
    // VCHAR only; a fragment is never sent in a request target (RFC 9112 §3.2).
    while index < count, bytes[unchecked: index] > 0x20, bytes[unchecked: index] < 0x7F,
      bytes[unchecked: index] != UInt8(ascii: "#")
    {
      index += 1
    }
    guard index - targetStart <= limits.requestTarget else { throw .targetTooLong }
    guard index < count else { return nil }
    guard bytes[unchecked: index] == 0x20, index > targetStart else {
      throw bytes[unchecked: index] == UInt8(ascii: "\n") ? .bareLineTerminator : .malformedStartLine
    }
    head.path = targetStart..<index
    index += 1
    return try parseVersion(bytes, from: index)
  }

  private mutating func parseVersion(_ bytes: Span<UInt8>, from start: Int) throws(WireError) -> Int? {
    let needed: StaticString = "HTTP/"
    let available = min(bytes.count - start, 5)
    for index in 0..<available where bytes[unchecked: start + index] != needed.utf8Start[index] {
      throw .malformedStartLine
    }
    guard bytes.count >= start + 10 else { return nil }
    guard bytes[unchecked: start + 5].isDigit, bytes[unchecked: start + 6] == UInt8(ascii: "."),
      bytes[unchecked: start + 7].isDigit
    else { throw .malformedStartLine }
    guard bytes[unchecked: start + 8] == UInt8(ascii: "\r") else {
      throw bytes[unchecked: start + 8] == UInt8(ascii: "\n") ? .bareLineTerminator : .malformedStartLine
    }
    guard bytes[unchecked: start + 9] == UInt8(ascii: "\n") else { throw .bareLineTerminator }
    guard bytes[unchecked: start + 5] == UInt8(ascii: "1") else { throw .unsupportedVersion }
    head.isHTTP10 = bytes[unchecked: start + 7] == UInt8(ascii: "0")
    return start + 10
  }

  /// Everything about the head that the connection, not the policy, must know.
  private mutating func interpret(_ bytes: Span<UInt8>) throws(WireError) {
    try readSingletons(bytes)
    try normaliseTarget(bytes)
    let fields = head.fields
    let framing = try fields.framing(in: bytes, isHTTP10: head.isHTTP10)
    switch framing {
    case nil, .contentLength(0): head.framing = .none
    case .chunked: head.framing = .chunked
    case let stated?:
      if head.method.refusesContent { throw .unexpectedContent }
      head.framing = stated
    }
    head.isPersistent =
      head.isHTTP10 ? fields.connectionKeepAlive && !fields.connectionClose : !fields.connectionClose
  }

  private mutating func readSingletons(_ bytes: Span<UInt8>) throws(WireError) {
    head.expectsContinue = false
    head.wantsWebSocket = false
    head.isForwarded = false
    var seen: UInt64 = 0
    for line in head.fields.lines {
      switch line.kind {
      case .other, .fal, .falPriority, .falTimeout, .accept, .connection: continue
      case .host, .authorization, .origin, .secFetchSite, .contentType, .falTargetURL, .expect,
        .accessControlRequestMethod:
        let bit: UInt64 = 1 << UInt64(line.kind.rawValue)
        guard seen & bit == 0 else { throw line.kind == .host ? .invalidHost : .duplicateField }
        seen |= bit
        try readSingleton(line, bytes)
      case .forwardedFor, .forwarded, .realIP: head.isForwarded = true
      case .upgrade:
        FieldSection.forEachToken(in: bytes.extracting(line.value)) { token in
          if token.hasPrefixIgnoringCase("websocket") { head.wantsWebSocket = true }
        }
      default: continue
      }
    }
    // Upgrade in an HTTP/1.0 request is ignored (RFC 9110 §7.8).
    head.wantsWebSocket = head.wantsWebSocket && head.fields.connectionUpgrade && !head.isHTTP10
  }

  private mutating func readSingleton(_ line: FieldLine, _ bytes: Span<UInt8>) throws(WireError) {
    switch line.kind {
    case .host:
      guard RequestHeadParser.isHost(bytes.extracting(line.value)) else { throw .invalidHost }
      head.authority = line.value
    case .falTargetURL: head.falTarget = line.value
    case .expect:
      guard bytes.extracting(line.value).equalsIgnoringCase("100-continue") else { throw .unsupportedExpectation }
      // An expectation in HTTP/1.0 is ignored (RFC 9110 §10.1.1).
      head.expectsContinue = !head.isHTTP10
    default: break
    }
  }

  /// Brings the four forms of a request target (RFC 9112 §3.2) to a path: absolute-form loses scheme and authority.
  private mutating func normaliseTarget(_ bytes: Span<UInt8>) throws(WireError) {
    if head.authority == nil, !head.isHTTP10 { throw .invalidHost }
    let target = bytes.extracting(head.path)
    if target[0] == UInt8(ascii: "/") || head.method == .connect { return }
    if target.equals("*") {
      guard head.method == .options else { throw .malformedStartLine }
      return
    }
    var start = 0
    if target.hasPrefixIgnoringCase("http://") {
      start = 7
    } else if target.hasPrefixIgnoringCase("https://") {
      start = 8
    } else {
      throw .malformedStartLine
    }
    var end = start
    while end < target.count, target[end] != UInt8(ascii: "/"), target[end] != UInt8(ascii: "?") { end += 1 }
    guard RequestHeadParser.isHost(target.extracting(start..<end)) else { throw .invalidHost }
    let base = head.path.lowerBound
    // The authority of the target replaces Host (RFC 9112 §3.2.2).
    head.authority = (base + start)..<(base + end)
    head.path = (base + end)..<head.path.upperBound
  }

  /// uri-host [":" port] with an unreserved-only name or an IPv6 literal; no userinfo (RFC 9110 §7.2).
  static func isHost(_ value: Span<UInt8>) -> Bool { value.count <= 255 + 6 && Authority(value) != nil }
}
