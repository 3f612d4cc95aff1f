internal import System
public import Transport

/// What an exchange hears from the connection it waits for or was lent.
public protocol UpstreamUser: AnyObject {
  /// A fresh connection stands and is lent; the request can be written.
  func upstreamConnected(_ connection: UpstreamConnection)
  /// No connection could be had; nothing was sent.
  func upstreamFailed(_ failure: DialFailure)
  /// The lent connection may be read or written, or is broken; its channel knows.
  func upstreamReady(_ events: ReadyEvents)
  /// The deadline the exchange set on the lent connection has passed.
  func upstreamDeadlineReached()
}

/// One open connection to a host: it is lent to one exchange after another, waits in between, and closes.
public final class UpstreamConnection: EventHandler {
  /// The host at the other end.
  public let host: UpstreamHost
  /// The bytes; nil once closed.
  public var channel: Channel?
  /// Whether an earlier exchange used this connection, so that its death may only mean that it had grown old.
  public private(set) var isReused = false
  /// Whether it has not been closed and can be written.
  public private(set) var isOpen = true
  /// Whom it is lent to; nil while it is idle, or closed.
  private var user: (any UpstreamUser)?
  private var keptResumption = false
  private var progressMark: UInt64?
  /// Where the loop's count of looks stood when the last loan ended.
  private var lookMark: UInt64 = 0

  /// The connection that stands at the end of `dial`, lent to `user`.
  init(to host: UpstreamHost, over dial: Dial, for user: any UpstreamUser) {
    self.host = host
    self.user = user
    super.init()
    channel = dial.takeChannel(for: self)
  }

  // MARK: For the exchange

  /// Sets the deadline of the exchange on this connection, in nanoseconds from now; nil for none.
  public func setDeadline(in nanoseconds: UInt64?) {
    progressMark = nil
    host.loop.setDeadline(self, in: nanoseconds)
  }

  /// Ends the loan after a whole exchange.
  ///
  /// The connection is kept for another only if `isReusable`, as far as the exchange knows, and if nothing has come
  /// beyond the response: a surplus byte would be taken for the beginning of somebody else's.
  public func finishLoan(isReusable: Bool) {
    guard isReusable, hasNothingLeft() else { return close() }
    user = nil
    progressMark = nil
    lookMark = host.loop.looks
    if host.isTLS, !keptResumption {
      // The tickets of TLS 1.3 have come with the first answer.
      if let session = channel?.stream.resumableSession() { host.dialer.resumption = session }
      keptResumption = true
    }
    channel?.releaseIdleMemory(to: host.loop.buffers)
    host.loop.setDeadline(self, in: host.limits.idle)
    if !host.takeBack(self) { close() }
  }

  /// Whether neither the buffer nor the stream holds a byte, or the end.
  private func hasNothingLeft() -> Bool {
    guard channel?.input.isEmpty == true, channel?.peerFinished == false else { return false }
    return channel?.mayHaveMore == false || channel?.fill(from: host.loop.buffers) == .wouldBlock
  }

  /// Ends the loan and the connection at once, whatever it was doing.
  public func close() {
    guard isOpen else { return }
    isOpen = false
    if user == nil { host.forget(self) }
    user = nil
    host.loop.detach(self)
    channel?.stream.sayGoodbye()
    channel?.discardMemory(to: host.loop.buffers)
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
    host.loop.setDeadline(self, in: nanoseconds)
  }

  /// Forgets the first `count` bytes that still had to be written, or all if there are fewer.
  public func dropOutput(_ count: Int) {
    let waiting = channel?.output.count ?? 0
    channel?.output.consume(min(count, waiting))
  }

  /// Whether bytes of the upstream, or its end, may be there that were not read yet.
  public var mayHaveMore: Bool { channel?.mayHaveMore ?? false }

  // MARK: For the pool

  /// Whether an idle connection is still open and silent, by asking the kernel.
  var isQuiet: Bool { channel?.stream.isQuiet() ?? false }

  /// Whether the loop would know by now of what stood right behind the last response.
  var hasBeenLookedAt: Bool { host.loop.hasLooked(at: self, since: lookMark) }

  /// Lends an idle connection, which its host has taken out of the pool.
  func beLent(to user: any UpstreamUser) {
    self.user = user
    isReused = true
    host.loop.setDeadline(self, in: nil)
  }

  // MARK: Events

  /// The descriptor is ready.
  public override func ready(_ events: ReadyEvents) {
    channel?.note(events)
    if let user { return user.upstreamReady(events) }
    // Readable while idle: closed by the peer, or bytes nobody asked for. Either way it carries no more requests.
    if isOpen, !events.isDisjoint(with: [.readable, .peerFinished, .broken]) { idleEvent() }
  }

  private func idleEvent() {
    // TLS 1.3 sends tickets unasked; they are read and leave nothing behind.
    if host.isTLS, channel?.fill(from: host.loop.buffers) == .wouldBlock {
      channel?.releaseIdleMemory(to: host.loop.buffers)
      return
    }
    close()
  }

  /// The deadline has passed.
  public override func deadlineReached() {
    if let user { return user.upstreamDeadlineReached() }
    close()
  }
}
