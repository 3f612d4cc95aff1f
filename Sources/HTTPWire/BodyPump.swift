internal import Text

/// Moves the content of one message out of its framing into the framing of another (RFC 9112 §6, §7.1): bytes in, room
/// out. The end of the content is moved too: the last chunk, where the output has chunks. A filter may change the content on
/// the way.
public struct BodyPump {
  /// How content is framed where it goes.
  public enum Output: Sendable {
    /// Not at all: its length is known there, or its end is the end of the connection.
    case plain
    /// In chunks.
    case chunked
  }

  /// What stopped a move.
  public enum Outcome: Sendable {
    case needsInput, needsRoom, done
  }

  /// What a move came to: bytes of the input that are done with, bytes of the output that were written.
  public struct Move: Sendable {
    public var consumed = 0
    public var written = 0
    public var outcome = Outcome.needsInput
  }

  /// Room a move needs besides that for content: with less it may not get any further.
  public static let overhead = HeadWriter.chunkOverhead

  private var decoder: BodyDecoder
  private var endIsWritten = false
  /// Changes the content in flight.
  private var filter: (any ContentFilter)?
  /// Bytes of content moved so far.
  public private(set) var contentCount: UInt64 = 0

  /// - Parameter filter: what comes out may then have another length than what goes in.
  public init(_ framing: BodyFraming, filter: (any ContentFilter)? = nil) {
    decoder = BodyDecoder(framing)
    self.filter = filter
  }

  /// Whether a filter may hold something back still, though the whole content has been seen.
  public var isFiltered: Bool { filter != nil }

  /// A pump that stands where this one does and leaves the content as it is.
  public var unfiltered: BodyPump {
    var pump = self
    pump.filter = nil
    return pump
  }

  /// Whether the whole content has been seen; the end may still have to be written.
  public var isDone: Bool { decoder.isDone }

  /// Whether the end of the connection would be the proper end of the content.
  public var endsWithConnection: Bool { decoder.endsWithConnection }

  /// Takes the end of the connection for the end of a content that it ends.
  public mutating func endWithConnection() { decoder.endWithConnection() }

  /// How much of what comes next is content that may be moved without being looked at, and reported with `advance`.
  public func directLimit(_ output: Output) -> UInt64 {
    output == .plain && filter == nil && !decoder.isDelimitedByFraming ? decoder.contentAhead : 0
  }

  /// Takes `count` bytes as moved, `directLimit` at most.
  public mutating func advance(_ count: Int) {
    decoder.advance(count)
    contentCount += UInt64(count)
  }

  /// How much of what comes next would be read past at most; nil where only its framing can tell.
  public var knownRest: UInt64? { isDone ? 0 : decoder.isDelimitedByFraming ? nil : decoder.contentAhead }

  /// Reads past as much of `input` as belongs to the message.
  /// - Returns: the number of bytes that do.
  public mutating func skip(_ input: UnsafeBufferPointer<UInt8>) throws(WireError) -> Int {
    var consumed = 0
    while !decoder.isDone, consumed < input.count {
      switch try decoder.next(UnsafeBufferPointer(rebasing: input[consumed...]).span) {
      case .needMore(let count):
        if count == 0 { return consumed }
        consumed += count
      case .content(let skip, let count):
        consumed += skip + count
        contentCount += UInt64(count)
      case .end(let count): consumed += count
      }
    }
    return consumed
  }

  /// Moves as much of `input` into `memory` as there is room for.
  public mutating func move(
    _ input: UnsafeBufferPointer<UInt8>, into memory: UnsafeMutableRawBufferPointer, as output: Output
  ) throws(WireError) -> Move {
    var move = Move()
    guard memory.count > BodyPump.overhead else {
      move.outcome = isDone && (output == .plain || endIsWritten) ? .done : .needsRoom
      return move
    }
    var writer = HeadWriter(memory)
    while !decoder.isDone {
      let left = input.count - move.consumed
      guard left > 0 else {
        move.written = writer.count
        return move
      }
      // No more content than there is room for, or the decoder would run ahead of what was moved.
      var room = max(0, memory.count - writer.count - BodyPump.overhead)
      if let filter { room = filter.inputLimit(room: room) }
      let piece = UnsafeBufferPointer(rebasing: input[move.consumed...])
      switch try decoder.next(piece.span, contentLimit: room) {
      case .needMore(let count):
        move.consumed += count
        guard count > 0 else {
          move.written = writer.count
          move.outcome = room == 0 && decoder.contentAhead > 0 ? .needsRoom : .needsInput
          return move
        }
      case .content(let skip, let count):
        let content = UnsafeBufferPointer(rebasing: piece[skip..<skip + count])
        if let filter {
          let bytes = UnsafeRawBufferPointer(content)
          _ = writer.fill(asChunk: output == .chunked) { filter.filter(bytes, into: $0).written }
        } else if output == .chunked {
          writer.chunk(content)
        } else {
          writer.write(content)
        }
        move.consumed += skip + count
        contentCount += UInt64(count)
      case .end(let count): move.consumed += count
      }
    }
    while let filter {
      var isDone = false
      let written = writer.fill(asChunk: output == .chunked) { memory in
        let end = filter.finish(into: memory)
        isDone = end.isDone
        return end.written
      }
      if isDone {
        self.filter = nil
      } else if written == 0 || memory.count - writer.count <= BodyPump.overhead {
        move.written = writer.count
        move.outcome = .needsRoom
        return move
      }
    }
    guard output == .plain || endIsWritten || memory.count - writer.count >= 5 else {
      move.written = writer.count
      move.outcome = .needsRoom
      return move
    }
    if output == .chunked, !endIsWritten { writer.lastChunk() }
    endIsWritten = true
    move.written = writer.count
    move.outcome = .done
    return move
  }
}
