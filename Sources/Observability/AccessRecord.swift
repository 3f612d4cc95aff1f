/// What is known of one request when it is over. No header value, content or query string has a place here.
///
/// An object, so that connections that wait for a request need not have one.
package final class AccessRecord {
  /// The method, of those the proxy knows.
  package var method: StaticString = "-"
  /// The route that took the request.
  package var route: StaticString = "-"
  /// The operation on fal, where there is one.
  package var operation: StaticString?
  /// The upstream host, where one was chosen.
  package var targetHost: [UInt8] = []
  /// Bytes of the record's texts: request id, then endpoint; characters that need no escaping in JSON.
  package var labels: [UInt8] = []
  /// Where the request id stands in `labels`.
  package var requestID = 0..<0
  /// Where the endpoint stands in `labels`.
  package var endpoint = 0..<0
  /// The status sent, or 499 when the client left before one was.
  package var status = 0
  /// Bytes of request content received.
  package var bytesIn: UInt64 = 0
  /// Bytes written to the client, head included.
  package var bytesOut: UInt64 = 0
  /// Monotonic nanoseconds at which the head was complete.
  package var started: UInt64 = 0
  /// Monotonic nanoseconds at which the first byte of the answer was at hand; 0 for never.
  package var firstByte: UInt64 = 0
  /// Who kept it from a whole answer; nil when it was given.
  package var endedBy: Party?
  /// The name of the proxy's own error, without `proxy_`.
  package var error: StaticString?

  /// An empty record.
  package init() {}

  /// Forgets everything but the memory of `labels`.
  package func reset() {
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
    error = nil
  }
}
