/// What is known of one request when it is over. No header value, content or query string has a place here.
///
/// An object, so that connections that wait for a request need not have one.
public final class AccessRecord {
  /// The method, of those the proxy knows.
  public var method: StaticString = "-"
  /// The route that took the request.
  public var route: StaticString = "-"
  /// The operation on fal, where there is one.
  public var operation: StaticString?
  /// The upstream host, where one was chosen.
  public var targetHost: [UInt8] = []
  /// Bytes of the record's texts: request id, then endpoint; characters that need no escaping in JSON.
  public var labels: [UInt8] = []
  /// Where the request id stands in `labels`.
  public var requestID = 0..<0
  /// Where the endpoint stands in `labels`.
  public var endpoint = 0..<0
  /// The status sent, or 499 when the client left before one was.
  public var status = 0
  /// Bytes of request content received.
  public var bytesIn: UInt64 = 0
  /// Bytes written to the client, head included.
  public var bytesOut: UInt64 = 0
  /// Monotonic nanoseconds at which the head was complete.
  public var started: UInt64 = 0
  /// Monotonic nanoseconds at which the first byte of the answer was at hand; 0 for never.
  public var firstByte: UInt64 = 0
  /// Who kept it from a whole answer; nil when it was given.
  public var endedBy: Party?
  /// Whether it only asks how the process is.
  public var isOfProbe = false
  /// The name of the proxy's own error, without `proxy_`.
  public var error: StaticString?

  /// An empty record.
  public init() {}

  /// Forgets everything but the memory of `labels`.
  public func reset() {
    method = "-"
    route = "-"
    operation = nil
    targetHost = []
    labels.removeAll(keepingCapacity: true)
    requestID = 0..<0
    endpoint = 0..<0
    status = 0
    bytesIn = 0
    bytesOut = 0
    started = 0
    firstByte = 0
    endedBy = nil
    isOfProbe = false
    error = nil
  }
}
