public import HTTPWire
public import Transport

/// Why a call of the proxy's own has no answer. It names no field, target or content, which may hold secrets.
public struct FetchError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What went wrong, and so whose fault it is: `invalid` and `plainText` are the caller's, `cancelled` nobody's, the
  /// others the network's or the peer's.
  public enum Cause: Error, Equatable, Sendable {
    /// The request is no HTTP/1.1.
    case invalid(WireError)
    /// A field that the client writes itself, or a method it has no use for.
    case reserved
    /// http to anything but loopback.
    case plainText
    case notConnected(DialFailure)
    /// `FetchRequest.timeout` has passed.
    case timedOut
    /// The answer has more content than `FetchRequest.maxBytes`.
    case tooLarge
    /// The answer is no HTTP/1.1.
    case malformed(WireError)
    /// The answer leaves HTTP/1.1 (101), or has more interim responses than anybody needs.
    case unexpected
    /// The connection ended before the answer did.
    case cut
    case cancelled
  }

  public let cause: Cause
  /// Whether the peer may have acted on the request; if not, it can be repeated safely.
  public let requestMayHaveArrived: Bool

  public var description: String {
    let reason =
      switch cause {
      case .invalid(let error): "the request is not valid HTTP/1.1 (\(error))"
      case .reserved: "the request has a method or field that is not the caller's"
      case .plainText: "http is spoken with this machine only"
      case .notConnected(let failure): "\(failure)"
      case .timedOut: "no whole answer in time"
      case .tooLarge: "the answer is too large"
      case .malformed(let error): "the answer is not valid HTTP/1.1 (\(error))"
      case .unexpected: "the answer is none that was asked for"
      case .cut: "the connection ended before the answer did"
      case .cancelled: "cancelled"
      }
    return requestMayHaveArrived ? "\(reason); the request may have arrived" : reason
  }
}
