public import HTTPWire

/// What answers the requests for one path, or all of a server. One value per event loop.
public protocol Service: AnyObject {
  /// Decides what becomes of a request; `bytes` is its head, and valid only during the call.
  func disposition(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream
  ) -> Disposition

  /// The same for a connection for which there is no place.
  func dispositionWhenFull(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream
  ) -> Disposition

  /// The field lines that an answer needs to what could not be read as a request.
  var refusalFields: StaticString { get }
}

extension Service {
  /// A refusal.
  public func dispositionWhenFull(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream
  ) -> Disposition { .answer(LocalAnswer(.overloaded)) }

  /// None.
  public var refusalFields: StaticString { "" }
}

/// What becomes of a request.
public enum Disposition {
  /// It is answered at once.
  case answer(LocalAnswer)
  /// It takes a while.
  case exchange(any Exchange)
}
