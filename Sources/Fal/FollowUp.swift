public import HTTPWire
internal import Text

/// What is asked about a queued request: what stands behind its id in the path (protocol.md §3.1).
public enum FollowUp: Sendable, CaseIterable {
  case status, statusStream, result, cancel

  /// The follow-up that `tail`, the path from the slash behind the id on, names; nil for one that fal does not have.
  public init?(_ tail: Span<UInt8>) {
    if tail.equals("/status") {
      self = .status
    } else if tail.isEmpty || tail.equals("/response") {
      self = .result
    } else if tail.equals("/cancel") {
      self = .cancel
    } else if tail.equals("/status/stream") {
      self = .statusStream
    } else {
      return nil
    }
  }

  /// Whether it is asked for with `method`.
  public func takes(_ method: Method) -> Bool {
    switch self {
    case .status, .result: method == .get || method == .head
    case .statusStream: method == .get
    case .cancel: method == .put
    }
  }

  /// The methods it is asked for with, as a list for people and for Allow.
  public var methods: StaticString {
    switch self {
    case .status, .result: "GET, HEAD"
    case .statusStream: "GET"
    case .cancel: "PUT"
    }
  }

  public var operation: Operation {
    switch self {
    case .status: .status
    case .statusStream: .statusStream
    case .result: .result
    case .cancel: .cancel
    }
  }
}
