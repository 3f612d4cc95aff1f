internal import HTTPWire
public import Transport

/// One call of the proxy's own on an event loop: a connection, a request, a whole answer, and the end of the connection.
public final class FetchExchange: EventHandler {
  /// Reads of the connection before the others of the loop get their turn.
  private static let readsPerTurn = 16

  private let loop: EventLoop
  private let request: FetchRequest
  private let tlsContext: TLSContext
  private let resolver: Resolver
  private let timer = DeadlineHandler()
  private var onEnd: ((Result<FetchResponse, FetchError>) -> Void)?
  private var dialer: Dialer?
  private var dial: Dial?
  private var channel: Channel?
  /// What has not been put into the channel's output.
  private var unsent: ArraySlice<UInt8> = []
  private var answer: FetchAnswer
  /// The peer takes no more; its answer, if any, is still worth having.
  private var isAbandoned = false

  /// A call on `loop`.
  /// - Parameter onEnd: called once, which may be before `start` returns.
  public init(
    _ request: FetchRequest, on loop: EventLoop, tlsContext: TLSContext, resolver: Resolver = .system,
    onEnd: @escaping (Result<FetchResponse, FetchError>) -> Void
  ) {
    self.loop = loop
    self.request = request
    self.onEnd = onEnd
    self.tlsContext = tlsContext
    self.resolver = resolver
    answer = FetchAnswer(to: request.method, maxBytes: request.maxBytes, headOnly: request.headOnly)
    super.init()
  }

  /// Begins.
  public func start() {
    do throws(FetchError.Cause) {
      unsent = try FetchHead.bytes(of: request)[...]
    } catch {
      return fail(error)
    }
    unsent.append(contentsOf: request.content)
    timer.onDeadline = { [unowned self] in fail(.timedOut) }
    loop.attach(timer)
    loop.setDeadline(timer, in: request.timeout)
    connect(to: request.destination)
  }

  private func connect(to destination: FetchDestination) {
    let dialer = Dialer(
      on: loop, host: destination.host, port: destination.port, tlsContext: destination.isTLS ? tlsContext : nil,
      limits: DialLimits(), policy: AddressPolicy(host: destination.host), resolver: resolver)
    self.dialer = dialer
    let dial = dialer.dial { [self] dial, failure in
      self.dial = nil
      if let failure { return fail(.notConnected(failure)) }
      channel = dial.takeChannel(for: self)
      pump()
    }
    self.dial = dial
    dial.start()
  }

  /// Ends it, whatever it is doing; `onEnd` hears so.
  public func cancel() { fail(.cancelled) }

  /// The connection is ready.
  public override func ready(_ events: ReadyEvents) {
    channel?.note(events)
    pump()
  }

  private func pump() {
    write()
    do throws(FetchError.Cause) {
      try read()
    } catch {
      fail(error)
    }
  }

  private func write() {
    while channel != nil, !isAbandoned {
      if !unsent.isEmpty, channel!.output.isEmpty {
        let piece = unsent.prefix(BufferPool.largeSize)
        _ = channel!.output.reserve(piece.count, from: loop.buffers)
        piece.withUnsafeBufferPointer { channel!.output.append($0) }
        unsent = unsent.dropFirst(piece.count)
      }
      switch channel!.flush() {
      case .done where unsent.isEmpty: return channel!.output.releaseIfEmpty(to: loop.buffers)
      case .done: continue
      case .blocked: return
      case .failed: isAbandoned = true
      }
    }
  }

  private func read() throws(FetchError.Cause) {
    var reads = 0
    while channel != nil {
      guard reads < FetchExchange.readsPerTurn else { return loop.callAgain(self) }
      reads += 1
      switch channel!.fill(from: loop.buffers) {
      case .bytes:
        let used = try answer.read(channel!.input.readable.span)
        channel!.input.consume(used)
        if let response = answer.whole { return end(.success(response)) }
      case .wouldBlock: return channel!.releaseIdleMemory(to: loop.buffers)
      case .end: return end(.success(try answer.end()))
      case .full: throw .malformed(.headTooLarge)
      case .failed: throw .cut
      }
    }
  }

  private func fail(_ cause: FetchError.Cause) {
    let mayHaveArrived = (channel?.bytesWritten ?? 0) > 0
    end(.failure(FetchError(cause: cause, requestMayHaveArrived: mayHaveArrived)))
  }

  /// Closes everything and tells whoever asked.
  private func end(_ result: Result<FetchResponse, FetchError>) {
    guard let onEnd else { return }
    self.onEnd = nil
    dial?.cancel()
    dial = nil
    dialer?.close()
    loop.detach(timer)
    loop.detach(self)
    channel?.stream.sayGoodbye()
    channel?.discardMemory(to: loop.buffers)
    channel = nil
    onEnd(result)
  }
}
