/// The way to one host from one loop: its addresses, how TLS is spoken there, and the session to resume.
public final class Dialer {
  /// Whom the certificate must name, and whose addresses are looked up.
  let host: String
  /// A session of an earlier connection, for the next one (RFC 8446 §2.2).
  public var resumption: TLSResumption?
  let loop: EventLoop
  let limits: DialLimits
  let tlsContext: TLSContext?
  let book: AddressBook

  /// The way to `port` of `host`, over TLS when a context is given.
  public init(
    on loop: EventLoop, host: String, port: Int, tlsContext: TLSContext?, limits: DialLimits,
    policy: AddressPolicy = .any, resolver: Resolver = .system
  ) {
    self.loop = loop
    self.host = host
    self.tlsContext = tlsContext
    self.limits = limits
    book = AddressBook(on: loop, host: host, port: port, limits: limits, policy: policy, resolver: resolver)
  }

  /// A connection that is about to be made; `Dial.start` begins.
  /// - Parameter onEnd: called once, later than `dial` and not after `Dial.cancel`: without a failure when the connection
  ///   stands, to be taken then and there with `Dial.takeChannel`.
  public func dial(onEnd: @escaping (Dial, DialFailure?) -> Void) -> Dial { Dial(with: self, onEnd: onEnd) }

  /// Takes it off its loop; to be called when nothing is being dialled any more.
  public func close() { book.close() }
}
