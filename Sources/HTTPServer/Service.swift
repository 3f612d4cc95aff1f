public import HTTPWire

/// What answers the requests for one path, or all of a server. One value per event loop.
public protocol Service: AnyObject {
  /// Decides what becomes of a request; `bytes` is its head, and valid only during the call.
  func disposition(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream
  ) -> Disposition

  /// Whether it answers on a connection for which there is no place.
  var answersWhenFull: Bool { get }

  /// Whether the host that a request names is of no consequence to it, or checked by itself.
  var answersAnyHost: Bool { get }

  /// The field lines that every response to a request for its path has.
  var commonFields: StaticString { get }

  /// Adds the field lines without which the page that asked cannot read a refusal.
  /// - Parameter origin: the one value of its Origin field, where that could be read.
  func addRefusalFields(for origin: Span<UInt8>, on stream: any RequestStream)
}

extension Service {
  /// No.
  public var answersWhenFull: Bool { false }

  /// No.
  public var answersAnyHost: Bool { false }

  /// None.
  public var commonFields: StaticString { "" }

  /// None.
  public func addRefusalFields(for origin: Span<UInt8>, on stream: any RequestStream) {}
}

/// What becomes of a request.
public enum Disposition {
  /// It is answered at once.
  case answer(LocalAnswer)
  /// It takes a while.
  case exchange(any Exchange)
}
