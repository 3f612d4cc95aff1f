internal import Text

/// Finds the content in a framed message body (RFC 9112 §6, §7.1) without copying it.
///
/// The caller asks `next` again and again with the bytes it has not used yet.
public struct BodyDecoder: Equatable, Sendable {
  /// What stands at the start of the bytes given.
  public enum Step: Equatable, Sendable {
    /// Nothing more can be said until further bytes come; the first `consumed` are done with.
    case needMore(consumed: Int)
    /// After `skip` bytes of framing stand `count` (> 0) bytes of content.
    case content(skip: Int, count: Int)
    /// The message is over; the first `consumed` bytes still belonged to it.
    case end(consumed: Int)
  }

  private enum State: Equatable, Sendable {
    case counted(UInt64)
    case untilClose
    case chunkSize
    case chunkContent(UInt64)
    case chunkEnd
    case trailers
    case done
  }

  private var state: State
  /// Bytes of extensions and trailers seen so far, which are dropped and must not go on for ever.
  private var droppedBytes = 0
  private let droppedLimit: Int

  /// A decoder for one message body.
  /// - Parameter droppedLimit: bytes of chunk extensions and trailer section tolerated in the whole message.
  public init(_ framing: BodyFraming, droppedLimit: Int = 8 << 10) {
    self.droppedLimit = droppedLimit
    switch framing {
    case .none, .contentLength(0): state = .done
    case .contentLength(let length): state = .counted(length)
    case .chunked: state = .chunkSize
    case .untilClose: state = .untilClose
    }
  }

  /// Whether the whole body has been seen.
  public var isDone: Bool { state == .done }

  /// Whether the end of the connection would be the proper end of this body.
  public var endsWithConnection: Bool { state == .untilClose || state == .done }

  /// How many of the next bytes are content whatever they are; 0 where framing is expected.
  ///
  /// They may be moved past the decoder without being looked at, and reported with `advance`.
  public var contentAhead: UInt64 {
    switch state {
    case .counted(let left), .chunkContent(let left): left
    case .untilClose: .max
    default: 0
    }
  }

  /// Whether framing other than the end can follow the content ahead.
  public var isDelimitedByFraming: Bool {
    if case .counted = state { return false }
    return state != .untilClose
  }

  /// Takes `count` bytes of content as seen; `count` is at most `contentAhead`.
  public mutating func advance(_ count: Int) {
    switch state {
    case .counted(let left):
      let rest = left - UInt64(count)
      state = rest == 0 ? .done : .counted(rest)
    case .chunkContent(let left):
      let rest = left - UInt64(count)
      state = rest == 0 ? .chunkEnd : .chunkContent(rest)
    default: break
    }
  }

  /// Takes the end of the connection for the proper end of a body that it ends.
  public mutating func endWithConnection() {
    if state == .untilClose { state = .done }
  }

  /// Looks at the start of `bytes`; content it reports counts as seen.
  /// - Parameter limit: bytes of content that may be reported; with none left only framing is read.
  public mutating func next(_ bytes: Span<UInt8>, contentLimit limit: Int = .max) throws(WireError) -> Step {
    var index = 0
    while true {
      switch state {
      case .done: return .end(consumed: index)
      case .counted, .chunkContent, .untilClose:
        guard index < bytes.count else { return .needMore(consumed: index) }
        let count = Int(min(UInt64(min(bytes.count - index, limit)), contentAhead))
        guard count > 0 else { return .needMore(consumed: index) }
        advance(count)
        return .content(skip: index, count: count)
      case .chunkSize:
        guard let (size, length) = try chunkSize(bytes.extracting(index..<bytes.count)) else {
          return .needMore(consumed: index)
        }
        index += length
        state = size == 0 ? .trailers : .chunkContent(size)
      case .chunkEnd:
        guard index < bytes.count else { return .needMore(consumed: index) }
        guard bytes[index] == UInt8(ascii: "\r") else { throw .invalidChunk }
        guard index + 1 < bytes.count else { return .needMore(consumed: index) }
        guard bytes[index + 1] == UInt8(ascii: "\n") else { throw .invalidChunk }
        index += 2
        state = .chunkSize
      case .trailers:
        guard let length = try trailerLine(bytes.extracting(index..<bytes.count)) else {
          return .needMore(consumed: index)
        }
        index += length
        if length == 2 { state = .done }
      }
    }
  }

  /// chunk-size [chunk-ext] CRLF: the size, and the length of the line; nil if it has not ended yet.
  private mutating func chunkSize(_ bytes: Span<UInt8>) throws(WireError) -> (UInt64, Int)? {
    var size: UInt64 = 0
    var index = 0
    while index < bytes.count, let digit = bytes[index].hexDigit {
      // 15 digits stay below 2^60; leading zeros count, or a line of zeros would never end.
      guard index < 15 else { throw .invalidChunk }
      size = size << 4 | UInt64(digit)
      index += 1
    }
    guard index < bytes.count else { return nil }
    guard index > 0 else { throw .invalidChunk }
    let digits = index
    if bytes[index] != UInt8(ascii: "\r") {
      guard let end = try ChunkExtensions.end(in: bytes, from: index) else {
        return try lineTooLong(bytes.count - digits)
      }
      index = end
    }
    guard index + 1 < bytes.count else { return nil }
    guard bytes[index + 1] == UInt8(ascii: "\n") else { throw .invalidChunk }
    try drop(index - digits)
    return (size, index + 2)
  }

  /// One line of the trailer section, which is checked like any field and dropped (RFC 9110 §6.5.1).
  private mutating func trailerLine(_ bytes: Span<UInt8>) throws(WireError) -> Int? {
    var index = 0
    while index < bytes.count, bytes[index].isTokenByte { index += 1 }
    guard index < bytes.count else { return try lineTooLong(index).map { _ in 0 } }
    if index > 0 {
      guard bytes[index] == UInt8(ascii: ":") else { throw .invalidChunk }
      while index < bytes.count, bytes[index].isFieldValueByte { index += 1 }
      guard index < bytes.count else { return try lineTooLong(index).map { _ in 0 } }
    }
    guard bytes[index] == UInt8(ascii: "\r") else { throw .invalidChunk }
    guard index + 1 < bytes.count else { return nil }
    guard bytes[index + 1] == UInt8(ascii: "\n") else { throw .invalidChunk }
    try drop(index)
    return index + 2
  }

  private mutating func drop(_ count: Int) throws(WireError) {
    droppedBytes += count
    guard droppedBytes <= droppedLimit else { throw .trailersTooLarge }
  }

  private func lineTooLong(_ length: Int) throws(WireError) -> (UInt64, Int)? {
    guard droppedBytes + length <= droppedLimit else { throw .trailersTooLarge }
    return nil
  }
}
