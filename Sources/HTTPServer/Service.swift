package import HTTPWire

/// What answers the requests for one path, or all of a server. One value per event loop.
package protocol Service: AnyObject {
  /// Decides what becomes of a request; `bytes` is its head, and valid only during the call.
  func disposition(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream
  ) -> Disposition

  /// The field lines that an answer needs to what could not be read as a request.
  var refusalFields: StaticString { get }
}

extension Service {
  /// None.
  package var refusalFields: StaticString { "" }
}

/// What becomes of a request.
package enum Disposition {
  /// It is answered at once.
  case answer(LocalAnswer)
  /// It takes a while.
  case exchange(any Exchange)
}
