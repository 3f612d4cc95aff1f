public import Fal

/// An accepted target: where it goes and what it does, as offsets into the value that was decided on.
///
/// Valid only together with those very bytes; nothing is copied, decoded or normalised.
public struct Target: Equatable, Sendable {
  /// The position of the host in `TargetPolicy.hosts`.
  public let hostIndex: Int

  /// The bytes of the host name.
  public let hostRange: Range<Int>

  /// The bytes of path and query, to be written on the request line verbatim (RFC 9112 §3.2.1).
  public let requestTarget: Range<Int>

  /// The bytes of the query behind its `?`; empty where there is none.
  public let query: Range<Int>

  /// What policies, prices and logs know the target by, never with a query.
  ///
  /// For a model call the endpoint id without outer slashes and without a `/stream` tail; for a follow-up the app
  /// (protocol.md §2.2); elsewhere the path without outer slashes, which may be empty.
  public let endpoint: Range<Int>

  /// The bytes of the request id of a follow-up (status, result, cancel), 1-256 of them; nil for anything else.
  public let requestID: Range<Int>?

  /// What is asked for.
  public let operation: Operation

  /// Whether the request can spend money or create something; see `Operation.mayExecute(_:)`.
  public let mayExecute: Bool
}
