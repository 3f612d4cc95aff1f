internal import HTTPWire
internal import Transport
internal import Upstream

/// The request to fal while it can still be sent again: its head, and content that a dead connection had not taken.
struct OutgoingRequest: ~Copyable {
  private var head: ByteBuffer
  private var rest = ByteBuffer()
  /// What is left of content that a check had gathered; it goes behind `rest`.
  private var collected: ArraySlice<UInt8>
  /// Bytes of it that are counted as held.
  private var held = 0
  private let headLength: Int
  /// How the content is framed on its way to fal.
  let output: BodyPump.Output
  /// What the connection had written before this request.
  private var writtenBefore: UInt64 = 0

  /// - Parameters:
  ///   - head: the whole head as it is sent.
  ///   - collected: content that is sent in place of the client's.
  init(_ head: consuming ByteBuffer, collected: [UInt8]? = nil, output: BodyPump.Output) {
    self.collected = collected?[...] ?? []
    headLength = head.count
    self.head = head
    self.output = output
  }

  /// Bytes of this request that `connection` has written.
  func sent(on connection: UpstreamConnection) -> UInt64 {
    let written = connection.bytesWritten
    return written > writtenBefore ? written - writtenBefore : 0
  }

  /// Whether content is left that goes before anything else of the client's.
  var hasRest: Bool { !rest.isEmpty || !collected.isEmpty }

  /// Puts the head into the output of a connection that stands.
  /// - Returns: false when there is no room.
  mutating func begin(on connection: UpstreamConnection, _ pool: BufferPool) -> Bool {
    writtenBefore = connection.bytesWritten
    hold(collected.count, pool)
    guard connection.channel!.output.reserve(headLength, from: pool) else { return false }
    connection.channel!.output.append(head.readable)
    return true
  }

  /// Moves of the rest what the output of the connection has room for.
  mutating func moveRest(to output: inout ByteBuffer, _ pool: BufferPool) {
    guard hasRest else { return }
    _ = output.reserve(max(1, min(collected.count, BufferPool.largeSize)), from: pool)
    let count = min(rest.count, output.room)
    output.append(UnsafeBufferPointer(rebasing: rest.readable[0..<count]))
    rest.consume(count)
    rest.releaseIfEmpty(to: pool)
    guard rest.isEmpty, !collected.isEmpty else { return }
    let further = min(collected.count, output.room)
    collected.prefix(further).withUnsafeBufferPointer { output.append($0) }
    // The empty slice of an array would keep all of it.
    collected = further < collected.count ? collected.dropFirst(further) : []
    if collected.isEmpty { hold(0, pool) }
  }

  /// Counts `count` bytes as held outside of buffers.
  private mutating func hold(_ count: Int, _ pool: BufferPool) {
    pool.hold(count - held)
    held = count
  }

  /// Keeps the content that `dead` holds unsent, to send it after the head on another connection.
  /// - Returns: false when it cannot be sent again.
  mutating func keepRest(of dead: UpstreamConnection, _ pool: BufferPool) -> Bool {
    guard !head.isEmpty else { return false }
    dead.dropOutput(max(0, headLength - Int(sent(on: dead))))
    if let unsent = dead.channel?.output.readable, !unsent.isEmpty {
      guard rest.reserve(unsent.count, from: pool) else { return false }
      rest.append(unsent)
    }
    return true
  }

  /// Forgets the head: an answer has begun, so the request is not sent again.
  mutating func forgetHead(_ pool: BufferPool) { head.discard(to: pool) }

  mutating func discard(to pool: BufferPool) {
    head.discard(to: pool)
    rest.discard(to: pool)
    collected = []
    hold(0, pool)
  }
}
