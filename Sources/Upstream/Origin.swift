public import Transport

/// One upstream origin as a loop sees it: where it is, its addresses, its idle connections and its TLS session.
public final class Origin: EventHandler {
  /// The host that requests name in Host and that the certificate must show.
  public let host: String
  let port: Int
  let tlsContext: TLSContext?
  let loop: EventLoop
  let limits: UpstreamLimits

  /// Idle connections, the most recently used last; it is lent first, so that the others can expire.
  private(set) var idle: [UpstreamConnection] = []
  var resumption: TLSResumption?

  /// The addresses of the last successful look-up, however old.
  private(set) var addresses: [SocketAddress] = []
  private var addressesExpire: UInt64 = 0
  private var isResolving = false
  private var waiting: [UpstreamConnection] = []

  /// An origin on `loop`, reached over TLS when a context is given.
  package init(on loop: EventLoop, host: String, port: Int, tlsContext: TLSContext?, limits: UpstreamLimits) {
    self.loop = loop
    self.host = host
    self.port = port
    self.tlsContext = tlsContext
    self.limits = limits
    super.init()
    loop.attach(self)
  }

  /// Lends a connection for one exchange.
  ///
  /// An idle one is open and can be written at once; `user` hears when a fresh one is, or of the failure, which may be
  /// before this returns.
  /// - Parameters:
  ///   - freshOnly: never an idle one, for a retry.
  ///   - checked: asks the kernel whether an idle connection is still open before it is lent; worth a system call
  ///     where the request must not be sent twice.
  public func lend(to user: any UpstreamUser, freshOnly: Bool = false, checked: Bool = false) -> UpstreamConnection {
    while !freshOnly, let connection = idle.popLast() {
      if checked, !connection.isQuiet {
        connection.close()
        continue
      }
      connection.beLent(to: user, reused: true)
      return connection
    }
    let connection = UpstreamConnection(to: self)
    connection.beLent(to: user, reused: false)
    connection.connect()
    return connection
  }

  /// Takes a connection back after a whole exchange.
  func takeBack(_ connection: UpstreamConnection) {
    guard idle.count < limits.idleConnections else { return connection.close() }
    idle.append(connection)
  }

  func forget(_ connection: UpstreamConnection) {
    idle.removeAll { $0 === connection }
    waiting.removeAll { $0 === connection }
  }

  /// Closes every idle connection.
  public func closeIdle() {
    for connection in idle { connection.close() }
  }

  // MARK: Addresses

  /// Gives `connection` the addresses, now or when the resolver has answered.
  func provideAddresses(to connection: UpstreamConnection) {
    if !addresses.isEmpty, loop.now < addressesExpire { return connection.connect(to: addresses) }
    waiting.append(connection)
    guard !isResolving else { return }
    isResolving = true
    let (handle, id) = (loop.handle, self.id)
    Resolver.resolve(host: host, port: port) { result in
      handle.perform { loop in (loop.handler(id) as? Origin)?.resolved(result) }
    }
  }

  private func resolved(_ result: Result<[SocketAddress], ResolverError>) {
    isResolving = false
    let waiting = self.waiting
    self.waiting = []
    switch result {
    case .success(let found):
      addresses = found
      addressesExpire = loop.now &+ limits.dnsTTL
    case .failure(let error):
      // Addresses that were right a moment ago are a better answer than none.
      if addresses.isEmpty {
        for connection in waiting { connection.fail(.nameNotResolved(error.description)) }
        return
      }
    }
    for connection in waiting { connection.connect(to: addresses) }
  }

  /// Puts an address that worked first, so that a dead one costs its wait once and not for every connection.
  func prefer(_ address: SocketAddress) {
    guard let index = addresses.firstIndex(where: { $0.description == address.description }) else { return }
    addresses.swapAt(0, index)
  }
}
