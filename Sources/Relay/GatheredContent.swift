internal import HTTPWire

/// The content of the answer to a submit, out of its framing, until its id can be read.
final class GatheredContent {
  /// The most that is gathered, in bytes.
  static let limit = 64 << 10

  /// How far it is.
  enum State {
    case unfinished, whole, tooLarge
  }

  private(set) var bytes: [UInt8] = []
  private var pump: BodyPump
  /// How much of the input has been looked at.
  private var taken = 0

  init(_ framing: BodyFraming) { pump = BodyPump(framing) }

  /// Whether the end of the connection would be the proper end of the content.
  var endsWithConnection: Bool { pump.endsWithConnection }

  /// Takes the end of the connection for the end of a content that it ends.
  func endWithConnection() { pump.endWithConnection() }

  /// Takes what is new in `input`, all that has come behind the head.
  func take(_ input: UnsafeBufferPointer<UInt8>) throws(WireError) -> State {
    let new = UnsafeBufferPointer(rebasing: input[taken...])
    let room = min(new.count, GatheredContent.limit + 1 - bytes.count) + BodyPump.overhead + 1
    let move = try withUnsafeTemporaryAllocation(byteCount: room, alignment: 1) { memory throws(WireError) in
      let move = try pump.move(new, into: memory, as: .plain)
      bytes += memory[..<move.written]
      return move
    }
    taken += move.consumed
    if bytes.count > GatheredContent.limit { return .tooLarge }
    return pump.isDone ? .whole : .unfinished
  }
}
