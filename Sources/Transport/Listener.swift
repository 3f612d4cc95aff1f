internal import Glibc
public import System

/// Accepts connections for one loop; every loop has its own socket on the same port (SO_REUSEPORT).
///
/// When descriptors run out it stops accepting, and looks again every 50 ms: the kernel's backlog holds the waiting
/// clients meanwhile.
public final class Listener: EventHandler {
  private static let acceptsPerEvent = 64
  private static let pauseNanoseconds: UInt64 = 50_000_000

  private let loop: EventLoop
  private let onAccept: (consuming ByteStream, SocketAddress) -> Void
  private var descriptor: OwnedDescriptor?
  private var isPaused = false
  /// The address bound, with the port the system chose where 0 was asked for.
  public let address: SocketAddress

  /// Binds and listens on `address`; accepts once `start` was called.
  /// - Parameter onAccept: gets each connection and its client's address.
  /// - Throws: SystemError when the address cannot be bound.
  public init(
    on loop: EventLoop, address: SocketAddress, backlog: Int32 = 4096,
    onAccept: @escaping (consuming ByteStream, SocketAddress) -> Void
  ) throws(SystemError) {
    self.loop = loop
    self.onAccept = onAccept
    let socket = try Syscalls.streamSocket(for: address)
    try Syscalls.setOption(socket.number, SOL_SOCKET, SO_REUSEADDR, 1)
    try Syscalls.setOption(socket.number, SOL_SOCKET, SO_REUSEPORT, 1)
    // Accepted sockets inherit it: an event of a stream must not wait for Nagle.
    try Syscalls.setOption(socket.number, IPProtocol.tcp, IPProtocol.noDelay, 1)
    if address.family == AF_INET6 {
      try Syscalls.setOption(socket.number, IPProtocol.ipv6, IPProtocol.v6Only, 0)
    }
    try Syscalls.bindAndListen(socket.number, address, backlog: backlog)
    self.address = try Syscalls.localAddress(of: socket.number)
    descriptor = consume socket
    super.init()
  }

  /// Makes sure that nobody else listens on `address`: with SO_REUSEPORT two processes would share its connections, and
  /// a forgotten old one would go on taking half of them.
  /// - Throws: SystemError (EADDRINUSE) when somebody does.
  public static func assertFree(_ address: SocketAddress) throws(SystemError) {
    guard address.port != 0 else { return }
    let socket = try Syscalls.streamSocket(for: address)
    try Syscalls.setOption(socket.number, SOL_SOCKET, SO_REUSEADDR, 1)
    if address.family == AF_INET6 { try Syscalls.setOption(socket.number, IPProtocol.ipv6, IPProtocol.v6Only, 0) }
    try Syscalls.bind(socket.number, address)
  }

  /// Begins to accept.
  public func start() throws(SystemError) {
    loop.attach(self)
    try watch()
  }

  /// Accepts what is already waiting and closes the socket.
  public func close() {
    if !isPaused { acceptWaiting(upTo: .max) }
    descriptor = nil
    loop.detach(self)
  }

  /// Connections are waiting.
  public override func ready(_ events: ReadyEvents) { acceptWaiting(upTo: Listener.acceptsPerEvent) }

  /// A pause is over.
  public override func deadlineReached() {
    guard isPaused, descriptor != nil else { return }
    isPaused = false
    do { try watch() } catch { pause() }
  }

  private func watch() throws(SystemError) {
    switch descriptor {
    case .some(let socket): try loop.poller.watchListener(socket, token: id.token)
    case .none: break
    }
  }

  private func pause() {
    switch descriptor {
    case .some(let socket): loop.poller.unwatch(socket)
    case .none: return
    }
    isPaused = true
    loop.setDeadline(self, in: Listener.pauseNanoseconds)
  }

  private func acceptWaiting(upTo limit: Int) {
    var left = limit
    while left > 0 {
      do throws(SystemError) {
        let accepted: OwnedDescriptor
        var client = SocketAddress.none
        switch descriptor {
        case .some(let socket): accepted = try Syscalls.accept(socket.number, from: &client)
        case .none: return
        }
        onAccept(ByteStream(accepted), client)
        left -= 1
      } catch {
        if error.isDescriptorExhaustion { pause() }
        return
      }
    }
  }
}
