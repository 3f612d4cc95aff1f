internal import HTTPWire
public import Observability
public import System
internal import Text
public import Transport

/// The HTTP/1.1 server of one event loop: its connections, and what they share.
public final class Server {
  /// How long a log line may wait for others, in nanoseconds: waking the writer for each would cost more than the line.
  private static let logDelay: UInt64 = 100_000_000

  /// States kept for the next requests.
  private static let spareStateLimit = 128

  /// The loop.
  public let loop: EventLoop
  private(set) var options: ServerOptions
  let gate: ConnectionGate
  var parser: RequestHeadParser
  private(set) var service: (any Service)?
  /// What is known of proxies in front.
  private(set) var forwarding: (any Forwarding)? {
    didSet { trustsSome = forwarding?.trustsSome == true }
  }
  /// Whether there are any.
  private(set) var trustsSome = false
  private var log: AccessLog?
  private var spareStates: [RequestState] = []
  var crowd = Crowd()
  /// When slow connections were last looked for.
  var relieved: UInt64 = 0
  private let flusher = DeadlineHandler()
  private var flushIsDue = false
  private var ids = RequestIDs()
  private var listener: Listener?
  private var dateSecond: Int64 = -1
  private var dateLine: [UInt8] = []
  private var timeReadAt: UInt64 = 0
  private var time = CivilTime(seconds: 0, milliseconds: 0)

  /// Whether readiness has been withdrawn: answers ask the client to come back on another connection.
  public private(set) var isDraining = false
  /// Connections that are open on this loop.
  public private(set) var connectionCount = 0

  /// A server on `loop`.
  public init(
    on loop: EventLoop, options: ServerOptions, forwarding: (any Forwarding)? = nil, gate: ConnectionGate,
    log: AccessLog?
  ) {
    self.loop = loop
    self.options = options
    self.forwarding = forwarding
    trustsSome = forwarding?.trustsSome == true
    self.gate = gate
    self.log = log
    parser = RequestHeadParser(limits: options.headLimits)
    flusher.onDeadline = { [unowned self] in flushLog() }
    loop.attach(flusher)
    loop.onTightMemory = { [unowned self] in relieveMemory() }
  }

  /// Binds `address` and accepts connections for the service that `make` returns for the address bound.
  /// - Returns: the address bound.
  public func listen(
    on address: SocketAddress, for make: (SocketAddress) -> any Service
  ) throws(SystemError) -> SocketAddress {
    let listener = try Listener(on: loop, address: address) { [unowned self] in accept($0, from: $1) }
    service = make(listener.address)
    try listener.start()
    self.listener = listener
    return listener.address
  }

  /// Serves requests that come from now on with other options, and by another service.
  public func adopt(_ options: ServerOptions, forwarding: (any Forwarding)?, _ service: any Service) {
    self.options = options
    self.forwarding = forwarding
    self.service = service
    parser = RequestHeadParser(limits: options.headLimits)
  }

  private func accept(_ stream: consuming ByteStream, from address: SocketAddress) {
    let connection = HTTP1Connection(stream, of: address.host, on: self)
    if let forwarding, forwarding.readsProxyHeaders { connection.awaitsProxyHeader = forwarding.trusts(address.host) }
    findPlace(for: connection)
    loop.attach(connection)
    connectionCount += 1
    if connection.isInReserve { addToReserve(connection) }
    connection.start()
  }

  func closed(_ connection: HTTP1Connection) {
    loop.detach(connection)
    connectionCount -= 1
    if connection.isInReserve { gate.leaveReserve() } else { gate.leave(connection.client) }
  }

  // MARK: Draining

  /// Withdraws readiness: new connections are still served, but no answer keeps its connection open.
  public func beginDraining() { isDraining = true }

  /// Stops listening and closes every connection that serves no request; the others end with their answer.
  public func stopListening() {
    isDraining = true
    listener?.close()
    listener = nil
    loop.forEachHandler { handler in (handler as? HTTP1Connection)?.closeIfIdle() }
  }

  /// Ends what is left: an exchange of which no answer byte has left is answered, any other is cut.
  public func endAll() {
    loop.forEachHandler { handler in (handler as? HTTP1Connection)?.endNow() }
  }

  /// Cuts what is left.
  public func abortAll() {
    loop.forEachHandler { handler in (handler as? HTTP1Connection)?.abort(by: .proxy) }
  }

  // MARK: Shared by the connections

  /// A state for a request, with whatever an earlier one has left in it.
  func lendState() -> RequestState { spareStates.popLast() ?? RequestState(options) }

  /// Takes the state of a connection back that waits for its next request.
  func takeBack(_ state: RequestState) {
    if spareStates.count < Server.spareStateLimit { spareStates.append(state) }
  }

  func newRequestID(into labels: inout [UInt8]) { ids.append(to: &labels) }

  /// The time of day, read once per batch of events.
  private func readTime() {
    guard timeReadAt != loop.now else { return }
    timeReadAt = loop.now
    time = CivilTime.now()
    if time.seconds != dateSecond {
      dateSecond = time.seconds
      dateLine = Array("date: ".utf8) + time.httpDate + Array("\r\n".utf8)
    }
  }

  /// The Date field line (RFC 9110 §6.6.1).
  var dateField: [UInt8] {
    readTime()
    return dateLine
  }

  func logRequest(_ record: AccessRecord) {
    guard log != nil, options.logged.has(record) else { return }
    readTime()
    log?.append(record, now: loop.now, time: time)
    if !flushIsDue {
      flushIsDue = true
      loop.setDeadline(flusher, in: Server.logDelay)
    }
  }

  /// Hands the gathered log lines to the writer.
  public func flushLog() {
    flushIsDue = false
    log?.flush()
  }
}
