internal import Text

/// The field section of a message head (RFC 9112 §5), as offsets into the head.
///
/// One value is kept per event loop and filled again for each head, so that parsing allocates nothing once warm.
public struct FieldSection: Sendable {
  /// Members of all Connection fields together, empty ones too: each is compared with each field.
  private static let connectionMemberLimit = 32

  /// The field lines in the order they came.
  public internal(set) var lines: [FieldLine] = []
  private var connectionMembers = 0
  /// Whether Connection named an option besides `close`, `keep-alive` and `upgrade` (RFC 9110 §7.6.1).
  private var namesFields = false
  var connectionClose = false
  var connectionKeepAlive = false
  var connectionUpgrade = false

  init() { lines.reserveCapacity(64) }

  mutating func reset() {
    lines.removeAll(keepingCapacity: true)
    connectionMembers = 0
    namesFields = false
    connectionClose = false
    connectionKeepAlive = false
    connectionUpgrade = false
  }

  /// The first line of that kind.
  public func first(_ kind: FieldName) -> FieldLine? {
    for line in lines where line.kind == kind { return line }
    return nil
  }

  /// Marks the fields that a Connection field names: they are for this connection only (RFC 9110 §7.6.1).
  private mutating func markNamedFields(in bytes: Span<UInt8>) {
    for connection in lines where connection.kind == .connection {
      FieldSection.forEachToken(in: bytes.extracting(connection.value)) { option in
        for index in lines.indices where bytes.extracting(lines[index].name).equalsIgnoringCase(of: option) {
          lines[index].isNamedByConnection = true
        }
      }
    }
  }

  /// Reads field lines from `start` up to the empty line; returns the offset after it, or nil if it is not there yet.
  mutating func parse(_ bytes: Span<UInt8>, from start: Int, limits: HeadLimits) throws(WireError) -> Int? {
    let end = bytes.count
    var index = start
    while true {
      guard index < end else { return nil }
      let first = bytes[unchecked: index]
      if first == UInt8(ascii: "\r") {
        guard index + 1 < end else { return nil }
        guard bytes[unchecked: index + 1] == UInt8(ascii: "\n") else { throw .bareLineTerminator }
        if namesFields { markNamedFields(in: bytes) }
        return index + 2
      }
      if first == UInt8(ascii: "\n") { throw .bareLineTerminator }

      let nameStart = index
      index = bytes.endOfToken(from: index)
      guard index < end else { return nil }
      // Space before the colon, obs-fold and an empty name all end here (RFC 9112 §5.1, §5.2).
      guard bytes[unchecked: index] == UInt8(ascii: ":"), index > nameStart else { throw .malformedField }
      let nameEnd = index
      index += 1
      while index < end, bytes[unchecked: index].isWhitespace { index += 1 }
      let valueStart = index
      index = bytes.endOfFieldValue(from: index)
      guard index < end else { return nil }
      guard bytes[unchecked: index] == UInt8(ascii: "\r") else {
        throw bytes[unchecked: index] == UInt8(ascii: "\n") ? .bareLineTerminator : .malformedField
      }
      guard index + 1 < end else { return nil }
      guard bytes[unchecked: index + 1] == UInt8(ascii: "\n") else { throw .bareLineTerminator }
      var valueEnd = index
      while valueEnd > valueStart, bytes[unchecked: valueEnd - 1].isWhitespace { valueEnd -= 1 }
      index += 2

      guard index <= limits.head else { throw .headTooLarge }
      guard lines.count < limits.fields else { throw .tooManyFields }
      let kind = FieldName(bytes.extracting(nameStart..<nameEnd))
      lines.append(FieldLine(kind: kind, name: nameStart..<nameEnd, value: valueStart..<valueEnd))
      if kind == .connection { try noteConnectionOptions(bytes.extracting(valueStart..<valueEnd)) }
    }
  }

  private mutating func noteConnectionOptions(_ value: Span<UInt8>) throws(WireError) {
    var (close, keepAlive, upgrade, others) = (false, false, false, false)
    connectionMembers += FieldSection.forEachToken(in: value) { token in
      if token.equalsIgnoringCase("close") {
        close = true
      } else if token.equalsIgnoringCase("keep-alive") {
        keepAlive = true
      } else if token.equalsIgnoringCase("upgrade") {
        upgrade = true
      } else {
        others = true
      }
    }
    connectionClose = connectionClose || close
    connectionKeepAlive = connectionKeepAlive || keepAlive
    connectionUpgrade = connectionUpgrade || upgrade
    namesFields = namesFields || others
    guard connectionMembers <= FieldSection.connectionMemberLimit else { throw .tooManyFields }
  }

  /// Calls `body` with each member of a comma-separated list that is not empty, without surrounding whitespace
  /// (RFC 9110 §5.6.1).
  /// - Returns: the number of members, empty ones too.
  @discardableResult
  public static func forEachToken(in value: Span<UInt8>, _ body: (Span<UInt8>) -> Void) -> Int {
    var start = 0
    var members = 0
    while start < value.count {
      var end = start
      while end < value.count, value[unchecked: end] != UInt8(ascii: ",") { end += 1 }
      var (from, to) = (start, end)
      while from < to, value[unchecked: from].isWhitespace { from += 1 }
      while to > from, value[unchecked: to - 1].isWhitespace { to -= 1 }
      if from < to { body(value.extracting(from..<to)) }
      start = end + 1
      members += 1
    }
    return members
  }

  /// The framing that Content-Length and Transfer-Encoding state together; nil when there is neither (RFC 9112 §6.3).
  func framing(in bytes: Span<UInt8>, isHTTP10: Bool) throws(WireError) -> BodyFraming? {
    var length: UInt64?
    var isChunked = false
    for line in lines {
      switch line.kind {
      case .contentLength:
        guard length == nil else { throw .invalidContentLength }
        length = try FieldSection.contentLength(bytes.extracting(line.value))
      case .transferEncoding:
        guard !isHTTP10, !isChunked else { throw .invalidTransferEncoding }
        try FieldSection.requireChunked(bytes.extracting(line.value))
        isChunked = true
      default: continue
      }
    }
    if isChunked {
      guard length == nil else { throw .conflictingFraming }
      return .chunked
    }
    return length.map { .contentLength($0) }
  }

  private static func contentLength(_ value: Span<UInt8>) throws(WireError) -> UInt64 {
    // No sign, space or list is tolerated.
    guard let length = Decimal.value(of: value, digits: 18) else { throw .invalidContentLength }
    return length
  }

  private static func requireChunked(_ value: Span<UInt8>) throws(WireError) {
    if value.equalsIgnoringCase("chunked") { return }
    // A list that names chunked somewhere is what two readers disagree about; anything else is merely not supported.
    let needle: StaticString = "chunked"
    if value.count >= needle.utf8CodeUnitCount {
      for start in 0...(value.count - needle.utf8CodeUnitCount)
      where value.extracting(start..<value.count).hasPrefixIgnoringCase(needle) {
        throw .invalidTransferEncoding
      }
    }
    throw value.isEmpty ? .invalidTransferEncoding : .unsupportedTransferCoding
  }
}
