internal import HTTPWire
internal import Text

/// What of fal's response head goes to the client: all but what is about the connection to fal, about fal's own origin,
/// or about its servers (RFC 9110 §7.6.1, protocol.md §10.2).
enum ResponseHeadRules {
  /// Writes the fields that pass; status line, framing, connection and the fields of all responses are the caller's.
  /// - Returns: whether fal sent a Date.
  static func write(_ writer: inout HeadWriter, head: borrowing ResponseHead, _ bytes: Span<UInt8>) -> Bool {
    var hasDate = false
    let isEventStream = isEventStream(head, bytes)
    for line in head.fields.lines where !line.isNamedByConnection {
      switch line.kind {
      case .connection, .contentLength, .transferEncoding, .upgrade, .trailer, .hopByHop, .privateToUpstream,
        .requestID,
        .host, .expect, .authorization, .falInternal, .falTargetURL, .caching:
        continue
      default: break
      }
      let name = bytes.extracting(line.name)
      if line.kind == .date { hasDate = true }
      writer.field(name, bytes.extracting(line.value))
    }
    // Every call has the same URL: a cache in front would hand one user's result to another. Proxies there must hand
    // events on as they come (protocol.md §10.4).
    if isEventStream {
      writer.write("cache-control: private, no-store, no-transform\r\nx-accel-buffering: no\r\n")
    } else {
      writer.write("cache-control: private, no-store\r\n")
    }
    return hasDate
  }

  private static func isEventStream(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) -> Bool {
    guard let line = head.fields.first(.contentType) else { return false }
    return bytes.extracting(line.value).hasPrefixIgnoringCase("text/event-stream")
  }
}
