public import HTTPWire
internal import Observability

/// What answers the requests that arrive on the connections of a `Server`. One value per event loop.
public protocol Service: AnyObject {
  /// Decides what becomes of a request; `bytes` is its head, and valid only during the call.
  func disposition(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on connection: DownstreamConnection
  ) -> Disposition

  /// The field lines that an answer needs to what could not be read as a request.
  var refusalFields: StaticString { get }
}

extension Service {
  /// None.
  public var refusalFields: StaticString { "" }
}

/// What becomes of a request.
public enum Disposition {
  /// It is answered at once.
  case answer(LocalAnswer)
  /// It takes a while.
  case exchange(Exchange)
}

/// A request that is being served: it owns the connection's request content and response until it finishes.
///
/// Connection and exchange hold each other; the connection lets go when the exchange ends, however it ends.
open class Exchange {
  /// The connection it came on.
  public let connection: DownstreamConnection

  /// An exchange for the request just read on `connection`.
  public init(on connection: DownstreamConnection) { self.connection = connection }

  /// The head has been read past; the content follows in the connection's input.
  open func start() {}

  /// The connection may be read or written again.
  open func downstreamReady() {}

  /// The deadline set on the connection has passed.
  open func downstreamDeadlineReached() {}

  /// The connection is gone: let go of everything.
  open func cancel() {}

  /// The process ends: answer if no byte of an answer has left yet, else cut.
  open func endNow() {
    if connection.responseHasLeft {
      connection.abort(.proxy)
    } else {
      connection.give(LocalAnswer(ProxyError.draining))
    }
  }
}
