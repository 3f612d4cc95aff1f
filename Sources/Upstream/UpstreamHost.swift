public import Transport

/// One host of fal as a loop sees it: the way to it, and the connections that wait there for their next exchange.
public final class UpstreamHost {
  let loop: EventLoop
  let limits: UpstreamLimits
  let dialer: Dialer
  let isTLS: Bool

  /// Idle connections, the most recently used last; it is lent first, so that the others can expire.
  private var idle: [UpstreamConnection] = []
  /// What is being dialled, by the user who waits for it.
  private var dials: [ObjectIdentifier: Dial] = [:]

  /// `port` of `name`, which the certificate must show, reached from `loop`, over TLS when a context is given.
  public init(
    on loop: EventLoop, name: String, port: Int, tlsContext: TLSContext?, limits: UpstreamLimits,
    resolver: Resolver = .system
  ) {
    self.loop = loop
    self.limits = limits
    isTLS = tlsContext != nil
    dialer = Dialer(
      on: loop, host: name, port: port, tlsContext: tlsContext, limits: limits.dialing, resolver: resolver)
  }

  /// Lends a connection for one exchange.
  /// - Parameters:
  ///   - freshOnly: never an idle one, for a retry.
  ///   - checked: asks the kernel whether an idle connection is still open before it is lent; worth a system call
  ///     where the request must not be sent twice.
  /// - Returns: an idle connection, which can be written at once; nil when there is none. Then one is dialled, and
  ///   `user` hears when it stands or of the failure, which may be before this returns, unless it stops waiting.
  public func lend(
    to user: any UpstreamUser, freshOnly: Bool = false, checked: Bool = false
  ) -> UpstreamConnection? {
    while !freshOnly, let connection = takeIdle() {
      if checked, !connection.isQuiet {
        connection.close()
        continue
      }
      connection.beLent(to: user)
      return connection
    }
    dial(for: user)
    return nil
  }

  /// The idle connection that was used last, of those the loop has looked at since: a surplus answer may stand right behind
  /// the last one, and would be taken for the next.
  private func takeIdle() -> UpstreamConnection? {
    var index = idle.count
    while index > 0 {
      index -= 1
      if idle[index].hasBeenLookedAt { return idle.remove(at: index) }
    }
    return nil
  }

  /// Gives up the connection that is being dialled for `user`, if one is.
  public func stopWaiting(_ user: any UpstreamUser) { dials.removeValue(forKey: ObjectIdentifier(user))?.cancel() }

  private func dial(for user: any UpstreamUser) {
    let dial = dialer.dial { [self] dial, failure in
      dials[ObjectIdentifier(user)] = nil
      if let failure { return user.upstreamFailed(failure) }
      user.upstreamConnected(UpstreamConnection(to: self, over: dial, for: user))
    }
    dials[ObjectIdentifier(user)] = dial
    dial.start()
  }

  /// Takes a connection back after a whole exchange.
  /// - Returns: false when there are enough.
  func takeBack(_ connection: UpstreamConnection) -> Bool {
    guard idle.count < limits.idleConnections else { return false }
    idle.append(connection)
    return true
  }

  func forget(_ connection: UpstreamConnection) { idle.removeAll { $0 === connection } }

  /// Closes every idle connection.
  public func closeIdle() {
    for connection in idle { connection.close() }
  }
}
