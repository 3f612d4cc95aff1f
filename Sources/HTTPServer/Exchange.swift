/// A request that is being served: it owns the request's content and response until it finishes.
///
/// Stream and exchange hold each other; the stream lets go when the exchange ends, however it ends.
public protocol Exchange: AnyObject {
  var stream: any RequestStream { get }

  /// The head has been read; the content follows.
  func start()

  /// The client may have sent something, taken something, or left.
  func clientReady()

  /// The wait for the client has lasted too long.
  func clientTimedOut()

  /// The stream is gone or answered otherwise: let go of everything. May be called twice.
  func cancel()

  /// Whether it holds memory that waits for somebody else: it may be cut for it when there is too little.
  var holdsMemory: Bool { get }

  /// The process ends: answer if no byte of an answer has left yet, else cut.
  func endNow()
}

extension Exchange {
  public var holdsMemory: Bool { false }

  public func endNow() { stream.give(LocalAnswer(.draining)) }
}
