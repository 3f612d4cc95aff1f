internal import System
public import Transport

/// What an exchange hears from the connection it was lent.
public protocol UpstreamUser: AnyObject {
  /// A fresh connection stands; the request can be written.
  func upstreamConnected(_ connection: UpstreamConnection)
  /// No connection could be had; nothing was sent.
  func upstreamFailed(_ failure: UpstreamFailure)
  /// The lent connection may be read or written, or is broken; its channel knows.
  func upstreamReady(_ events: ReadyEvents)
  /// The deadline the exchange set on the lent connection has passed.
  func upstreamDeadlineReached()
}

/// One connection to an origin: it connects, shakes hands, is lent to one exchange after another, and closes.
public final class UpstreamConnection: EventHandler {
  private enum Phase {
    case resolving, connecting, handshaking, open, closed
  }

  /// The origin at the other end.
  public let origin: Origin
  /// The bytes; present from the connect on.
  public var channel: Channel?
  /// Whether an earlier exchange used this connection, so that its death may only mean that it had grown old.
  public private(set) var isReused = false
  private var phase = Phase.resolving
  private var user: (any UpstreamUser)?
  private var addresses: [SocketAddress] = []
  private var addressIndex = 0
  private var connectDeadline: UInt64 = 0
  private var keptResumption = false
  private var progressMark: UInt64?

  init(to origin: Origin) {
    self.origin = origin
    super.init()
    origin.loop.attach(self)
  }

  // MARK: For the exchange

  /// Sets the deadline of the exchange on this connection, in nanoseconds from now; nil for none.
  public func setDeadline(in nanoseconds: UInt64?) {
    progressMark = nil
    origin.loop.setDeadline(self, in: nanoseconds)
  }

  /// Ends the loan after a whole exchange.
  ///
  /// The connection is kept for another only if `isReusable`, as far as the exchange knows, and if nothing has come
  /// beyond the response: a surplus byte would be taken for the beginning of somebody else's.
  public func finishLoan(isReusable: Bool) {
    guard isReusable, hasNothingLeft() else { return close() }
    user = nil
    progressMark = nil
    if origin.tlsContext != nil, !keptResumption {
      // The tickets of TLS 1.3 have come with the first answer.
      if let session = channel?.stream.resumableSession() { origin.resumption = session }
      keptResumption = true
    }
    channel?.releaseIdleMemory(to: origin.loop.buffers)
    origin.loop.setDeadline(self, in: origin.limits.idle)
    origin.takeBack(self)
  }

  /// Whether neither the buffer nor the stream holds a byte, or the end.
  private func hasNothingLeft() -> Bool {
    guard channel?.input.isEmpty == true, channel?.peerFinished == false else { return false }
    return channel?.mayHaveMore == false || channel?.fill(from: origin.loop.buffers) == .wouldBlock
  }

  /// Ends the loan and the connection at once, whatever it was doing.
  public func close() {
    guard phase != .closed else { return }
    phase = .closed
    user = nil
    origin.forget(self)
    origin.loop.detach(self)
    channel?.stream.sayGoodbye()
    channel?.discardMemory(to: origin.loop.buffers)
    channel = nil
  }

  /// Bytes written on this connection so far.
  public var bytesWritten: UInt64 { channel?.bytesWritten ?? 0 }

  /// Bytes moved on this connection so far, in both directions: what a wait for progress is measured by.
  private var bytesMoved: UInt64 { (channel?.bytesRead ?? 0) &+ (channel?.bytesWritten ?? 0) }

  /// Waits for bytes to move, at most `nanoseconds` since they last did: calling again without progress changes nothing.
  public func awaitProgress(in nanoseconds: UInt64) {
    guard progressMark != bytesMoved else { return }
    progressMark = bytesMoved
    origin.loop.setDeadline(self, in: nanoseconds)
  }

  /// Forgets the first `count` bytes that still had to be written, or all if there are fewer.
  public func dropOutput(_ count: Int) {
    let waiting = channel?.output.count ?? 0
    channel?.output.consume(min(count, waiting))
  }

  /// Whether bytes of the upstream, or its end, may be there that were not read yet.
  public var mayHaveMore: Bool { channel?.mayHaveMore ?? false }

  /// Whether the connection stands and can be written.
  public var isOpen: Bool { phase == .open }

  /// Whether an idle connection is still open and silent, by asking the kernel.
  var isQuiet: Bool { channel?.stream.isQuiet() ?? false }

  func beLent(to user: any UpstreamUser, reused: Bool) {
    self.user = user
    isReused = reused
    origin.loop.setDeadline(self, in: nil)
  }

  // MARK: Connecting

  func connect() {
    connectDeadline = origin.loop.now &+ origin.limits.connect
    // With older addresses at hand, a resolver that keeps silent is not waited for to the end.
    let patience = origin.addresses.isEmpty ? origin.limits.connect : min(origin.limits.connect / 4, 500_000_000)
    origin.loop.setDeadline(self, in: patience)
    origin.provideAddresses(to: self)
  }

  func connect(to addresses: [SocketAddress]) {
    guard phase == .resolving else { return }
    self.addresses = addresses
    addressIndex = 0
    tryAddress()
  }

  private func tryAddress() {
    phase = .connecting
    channel = nil
    while addressIndex < addresses.count {
      do {
        let stream = try ByteStream.connecting(to: addresses[addressIndex])
        try origin.loop.watch(stream, for: self)
        channel = Channel(stream)
        return origin.loop.setDeadline(self, in: attemptTime())
      } catch {
        if error.isDescriptorExhaustion { return fail(.exhausted) }
        addressIndex += 1
      }
    }
    fail(.connectFailed)
  }

  /// The last address may use all the time that is left; one before it at most a second, and never more than its share.
  private func attemptTime() -> UInt64 {
    let now = origin.loop.now
    let left = connectDeadline > now ? connectDeadline - now : 0
    let others = UInt64(addresses.count - addressIndex)
    return others <= 1 ? left : min(left / others, 1_000_000_000)
  }

  private func connected() {
    if addressIndex > 0 { origin.prefer(addresses[addressIndex]) }
    addresses = []
    guard let context = origin.tlsContext else { return opened() }
    phase = .handshaking
    origin.loop.setDeadline(self, in: origin.limits.tls)
    do {
      try channel?.startTLS(context, host: origin.host, resuming: origin.resumption)
    } catch {
      return fail(.tlsFailed(error.description))
    }
    handshake()
  }

  private func handshake() {
    switch channel?.stream.handshake() {
    case .done?: opened()
    case .wouldBlock?: return
    case .failed(let error)?:
      // A session the peer no longer wants must not stand in the way of the next attempt.
      origin.resumption = nil
      fail(.tlsFailed(error.description))
    case nil: return
    }
  }

  private func opened() {
    phase = .open
    origin.loop.setDeadline(self, in: nil)
    user?.upstreamConnected(self)
  }

  func fail(_ failure: UpstreamFailure) {
    guard phase != .closed else { return }
    let user = self.user
    close()
    user?.upstreamFailed(failure)
  }

  // MARK: Events

  /// The descriptor is ready.
  public override func ready(_ events: ReadyEvents) {
    channel?.note(events)
    switch phase {
    case .resolving, .closed: return
    case .connecting:
      guard !events.isDisjoint(with: [.writable, .broken]) else { return }
      if channel?.stream.connectFailed() ?? true {
        addressIndex += 1
        return tryAddress()
      }
      connected()
    case .handshaking: handshake()
    case .open:
      if let user { return user.upstreamReady(events) }
      // Readable while idle: closed by the peer, or bytes nobody asked for. Either way it carries no more requests.
      if !events.isDisjoint(with: [.readable, .peerFinished, .broken]) { idleEvent() }
    }
  }

  private func idleEvent() {
    // TLS 1.3 sends tickets unasked; they are read and leave nothing behind.
    if origin.tlsContext != nil, channel?.fill(from: origin.loop.buffers) == .wouldBlock {
      channel?.releaseIdleMemory(to: origin.loop.buffers)
      return
    }
    close()
  }

  /// The deadline has passed.
  public override func deadlineReached() {
    switch phase {
    case .closed: return
    case .resolving:
      origin.forget(self)
      if origin.addresses.isEmpty { fail(.nameNotResolved("no answer in time")) } else { connect(to: origin.addresses) }
    case .connecting:
      addressIndex += 1
      guard addressIndex < addresses.count, origin.loop.now < connectDeadline else { return fail(.connectTimedOut) }
      tryAddress()
    case .handshaking: fail(.tlsTimedOut)
    case .open:
      if let user { return user.upstreamDeadlineReached() }
      close()
    }
  }
}
