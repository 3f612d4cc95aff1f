public import HTTPWire
public import Observability
public import Transport

/// All that an exchange sees of its client: the content of one request, the response to it, and the wait for either.
///
/// HTTP/1.1 has one of them on a connection at a time, other versions may have many: nobody above may know.
public protocol RequestStream: AnyObject {
  /// The loop both ends of the exchange live on.
  var loop: EventLoop { get }
  /// What is known of the request: written here and above, read when it is logged, never to steer.
  var record: AccessRecord { get }
  /// What the server was told.
  var options: ServerOptions { get }
  /// Whether the connection has a place of its own; one without may only ask how the process is.
  var hasPlace: Bool { get }
  /// The address and port of this side, as a client that names no Host must have them.
  var localAuthority: String { get }
  /// Notes the route that takes the request, and the field lines that every response of it has.
  func take(route: StaticString, fields: StaticString)
  /// Lets `write` append field lines that every response to this very request has; its CORS answer.
  func addResponseFields(_ write: (inout [UInt8]) -> Void)

  // MARK: Request content

  /// Whether all of the content was moved or read past.
  var contentIsDone: Bool { get }
  /// Bytes of content moved so far.
  var contentCount: UInt64 { get }
  /// Moves content into `target`, as far as there is some and room for it; a client that waits for 100 (Continue) is
  /// invited first (RFC 9110 §10.1.1).
  /// - Parameter output: the framing it has there, the same for all of it.
  func moveContent(into target: inout ByteBuffer, as output: BodyPump.Output) throws(WireError) -> ContentMove

  // MARK: Response

  /// Whether a byte of the response has left this process, so that a fault can only cut it.
  var responseHasLeft: Bool { get }
  /// Writes the head of the response into the output: the fields that `fields` writes, and those all responses have.
  /// - Parameters:
  ///   - reason: the reason phrase, for versions that have one.
  ///   - length: what the content will be.
  ///   - room: bytes that `fields` writes at most, and content that is at hand.
  ///   - fields: writes field lines without framing and connection; returns whether Date is among them.
  /// - Returns: the framing the content must have, nil when the head did not fit.
  func beginResponse(
    _ status: Int, reason: Span<UInt8>, length: ResponseLength, room: Int, _ fields: (inout HeadWriter) -> Bool
  ) -> BodyPump.Output?
  /// Makes room in the output, `minimum` bytes if it can.
  /// - Parameter limit: the size of the largest block that may be used.
  /// - Returns: the free memory, which may be less or none; valid until the next call of anything here.
  func outputRoom(_ minimum: Int, upTo limit: Int) -> UnsafeMutableRawBufferPointer
  /// Counts bytes put into the memory of `outputRoom` as response content, framing included.
  func commitOutput(_ count: Int)
  /// Hands the output to the client as far as it takes it.
  func flush() -> Channel.Flush
  /// Gives memory back that holds nothing.
  func releaseIdleMemory()

  // MARK: Waiting

  /// Whether the client has said that it sends no more, or is gone.
  var clientIsGone: Bool { get }
  /// Waits for the client to send or take bytes, at most the stall timeout since it last did.
  func awaitClient()
  /// Waits for nothing of the client's.
  func awaitNothing()
  /// Calls `clientReady` again soon, so that others get their turn.
  func callAgain()

  // MARK: End

  /// Another exchange takes over from the current one, which is told nothing.
  func go(on exchange: any Exchange)
  /// The response has been written and flushed whole.
  func finish()
  /// Answers with `answer` in place of the exchange; what was written of a response before is taken back. Where some of it
  /// has left already, it is cut.
  func give(_ answer: LocalAnswer)
  /// Ends the response where it stands: the client gets what was written of it and sees that it is cut.
  func breakOff()
  /// Gives up; what the client has of a response is recognisably cut.
  func abort(by party: Party)
}

extension RequestStream {
  /// Puts as much of `rest`, response content with its framing, into the output as there is room for, and takes it away.
  func put(_ rest: inout ArraySlice<UInt8>) {
    guard !rest.isEmpty else { return }
    let memory = outputRoom(min(rest.count, BufferPool.largeSize), upTo: BufferPool.largeSize)
    let count = min(rest.count, memory.count)
    rest.withUnsafeBytes { memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    commitOutput(count)
    // The empty slice of a large array would keep all of it.
    rest = count < rest.count ? rest.dropFirst(count) : []
  }
}

/// What a move of request content came to.
public enum ContentMove: Sendable {
  /// Some was moved, or there is no room: flush the target and come again.
  case moved
  /// Nothing more is there now; `clientReady` will tell.
  case waiting
  /// The whole content, its end included, has been moved.
  case done
  /// The client has gone before its content was whole.
  case gone
}

/// How long the content of a response is.
public enum ResponseLength: Equatable, Sendable {
  /// There is none, and nothing is said about it: 204, 304 and the like.
  case none
  /// So many bytes, also where the answer is to HEAD and they are only stated (RFC 9110 §8.6).
  case exactly(UInt64)
  /// As long as it takes.
  case unknown
}
