internal import System

/// One connection in the making: the name is looked up, its addresses are raced, and the winner shakes hands in TLS.
///
/// It holds a socket for each attempt that is pending; whatever its end, all that is not handed over is closed.
public final class Dial: EventHandler {
  private enum Phase {
    case resolving, racing, handshaking, ended
  }

  private let dialer: Dialer
  private var onEnd: ((Dial, DialFailure?) -> Void)?
  private var phase = Phase.resolving
  /// When the connect must stand.
  private var deadline: UInt64 = 0
  private var addresses: [SocketAddress] = []
  private var race = AddressRace(count: 0, now: 0, deadline: 0)
  private var attempts: [DialAttempt] = []
  private var lastFailure = DialFailure.nameNotResolved("no address")
  /// Why the next address could not be tried yet, for lack of descriptors.
  private var exhaustion: SystemError?

  init(with dialer: Dialer, onEnd: @escaping (Dial, DialFailure?) -> Void) {
    self.dialer = dialer
    self.onEnd = onEnd
    super.init()
  }

  private var loop: EventLoop { dialer.loop }

  /// Begins; may end, with a failure, before this returns.
  public func start() {
    guard phase == .resolving else { return }
    loop.attach(self)
    deadline = loop.now &+ dialer.limits.connect
    switch dialer.book.look(for: self) {
    case .known(let addresses): addressesFound(addresses)
    case .awaited(let patience): loop.setDeadline(self, in: patience)
    }
  }

  /// Ends it and closes everything; `onEnd` is not called any more.
  public func cancel() { close() }

  /// Hands the connection that stands over to `handler`, which is on no loop yet: its events go there from now on.
  /// To be called in `onEnd`; nil when there is none.
  public func takeChannel(for handler: EventHandler) -> Channel? {
    guard phase == .ended, let winner = attempts.popLast() else { return nil }
    loop.replace(winner, by: handler)
    return winner.channel.take()
  }

  // MARK: Addresses

  func addressesFound(_ found: [SocketAddress]) {
    guard phase == .resolving else { return }
    phase = .racing
    addresses = found
    race = AddressRace(count: found.count, now: loop.now, deadline: deadline)
    advance()
  }

  func addressesFailed(_ failure: DialFailure) {
    guard phase == .resolving else { return }
    fail(failure)
  }

  // MARK: Race

  private func advance() {
    while true {
      switch race.next(now: loop.now) {
      case .start(let index): start(index)
      case .wait(let until): return loop.setDeadline(self, in: until &- loop.now)
      case .won(let index): return connected(index)
      case .lost: return fail(lastFailure)
      case .timedOut: return fail(exhaustion.map { .exhausted($0) } ?? .connectTimedOut(slowest))
      }
      if phase == .ended { return }
    }
  }

  /// The address that has been tried longest without an answer.
  private var slowest: SocketAddress { addresses[attempts.first?.index ?? 0] }

  private func start(_ index: Int) {
    let attempt = DialAttempt(of: self, index: index)
    do {
      try attempt.start(addresses[index], on: loop)
      attempts.append(attempt)
      exhaustion = nil
    } catch  where error.isDescriptorExhaustion {
      // Whatever is under way may still win; without it there is nothing to wait for.
      guard !attempts.isEmpty else { return fail(.exhausted(error)) }
      exhaustion = error
      race.attemptPostponed(index, now: loop.now)
    } catch {
      failed(index, error)
    }
  }

  private func failed(_ index: Int, _ error: SystemError) {
    race.attemptFailed(index, now: loop.now)
    lastFailure = .connectFailed(error, addresses[index])
  }

  /// An attempt has heard from its socket.
  func attemptReady(_ attempt: DialAttempt, _ events: ReadyEvents) {
    switch phase {
    case .resolving, .ended: return
    case .handshaking: handshake()
    case .racing:
      guard !events.isDisjoint(with: [.writable, .broken]) else { return }
      if let error = attempt.channel?.stream.connectError() {
        attempts.removeAll { $0 === attempt }
        attempt.close(on: loop)
        failed(attempt.index, error)
      } else {
        race.attemptConnected(attempt.index)
      }
      advance()
    }
  }

  private func connected(_ index: Int) {
    for attempt in attempts where attempt.index != index { attempt.close(on: loop) }
    attempts.removeAll { $0.index != index }
    guard let context = dialer.tlsContext, let winner = attempts.first else { return succeed() }
    phase = .handshaking
    loop.setDeadline(self, in: dialer.limits.tls)
    do {
      try winner.channel?.startTLS(context, host: dialer.host, resuming: dialer.resumption)
    } catch {
      return failTLS(.tlsFailed(error, addresses[index]))
    }
    handshake()
  }

  // MARK: TLS

  private func handshake() {
    guard let winner = attempts.first else { return }
    switch winner.channel?.stream.handshake() {
    case .done?: succeed()
    case .wouldBlock?, nil: return
    case .failed(let error)?:
      // A session the peer no longer wants must not stand in the way of the next attempt.
      dialer.resumption = nil
      failTLS(.tlsFailed(error, addresses[winner.index]))
    }
  }

  private func failTLS(_ failure: DialFailure) {
    dialer.book.distrust(slowest)
    fail(failure)
  }

  // MARK: End

  private func succeed() {
    if let winner = attempts.first, winner.index > 0 { dialer.book.prefer(addresses[winner.index]) }
    phase = .ended
    loop.detach(self)
    let onEnd = self.onEnd
    self.onEnd = nil
    onEnd?(self, nil)
    closeAttempts()
  }

  private func fail(_ failure: DialFailure) {
    let onEnd = self.onEnd
    close()
    onEnd?(self, failure)
  }

  private func close() {
    guard phase != .ended else { return }
    phase = .ended
    onEnd = nil
    loop.detach(self)
    closeAttempts()
  }

  private func closeAttempts() {
    for attempt in attempts { attempt.close(on: loop) }
    attempts = []
  }

  /// The look-up has kept silent too long, the next attempt is due, or the time is up.
  public override func deadlineReached() {
    switch phase {
    case .ended: return
    case .resolving:
      let known = dialer.book.stale
      if known.isEmpty { fail(.nameNotResolved("no answer in time")) } else { addressesFound(known) }
    case .racing: advance()
    case .handshaking: failTLS(.tlsTimedOut(slowest))
    }
  }
}
