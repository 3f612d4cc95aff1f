internal import Guard
internal import HTTPWire
internal import Text

/// What of fal's response head goes to the client: an allow-list of what tells of the content, and fal's own fields.
/// What would act on the page's origin, on a server or cache in front, or tell of fal's servers is simply never copied.
enum ResponseHeadRules {
  /// Writes the fields that pass, the id of a job in its sealed form; status line, framing, connection and the fields of all responses are the caller's.
  /// - Parameters:
  ///   - job: the job that the answer is about, where ids are sealed.
  ///   - isRewritten: whether the content becomes another, so that digests of it would be wrong.
  /// - Returns: whether fal sent a Date.
  static func write(
    _ writer: inout HeadWriter, head: borrowing ResponseHead, _ bytes: Span<UInt8>, job: OwnedJob? = nil,
    isRewritten: Bool = false
  ) -> Bool {
    var seen: UInt64 = 0
    let isEventStream = isEventStream(head, bytes)
    for line in head.fields.lines where !line.isNamedByConnection {
      switch line.kind {
      case .falRequestID where job != nil:
        guard let sealed = job?.seal(bytes.extracting(line.value)) else { continue }
        writer.field(bytes.extracting(line.name), sealed.span)
        continue
      case .representation where isRewritten: continue
      case .fal, .falPriority, .falTimeout, .falTags, .falOther, .falRequestID, .falBillableUnits, .representation,
        .contentEncoding:
        break
      case .location where !mayHaveLocation(head.status): continue
      // They may hold the id that is sealed; an entity tag is also one of other bytes (RFC 9110 §8.8.1).
      case .location where isRewritten, .contentLocation where isRewritten, .etag where isRewritten: continue
      case .contentType, .contentRange, .contentDisposition, .contentLocation, .date, .etag, .lastModified, .location,
        .retryAfter:
        // Of a field that may stand once the first is the one: two readers must not choose differently.
        guard seen & bit(line.kind) == 0 else { continue }
        seen |= bit(line.kind)
      default: continue
      }
      writer.field(bytes.extracting(line.name), bytes.extracting(line.value))
    }
    // Every call has the same URL: a cache in front would hand one user's result to another. Proxies there must hand
    // events on as they come (protocol.md §10.4).
    if isEventStream {
      writer.write("cache-control: private, no-store, no-transform\r\nx-accel-buffering: no\r\n")
    } else {
      writer.write("cache-control: private, no-store\r\n")
    }
    return seen & bit(.date) != 0
  }

  private static func bit(_ kind: FieldName) -> UInt64 { 1 << UInt64(kind.rawValue) }

  /// Where a Location has a meaning (RFC 9110 §10.2.2).
  private static func mayHaveLocation(_ status: Int) -> Bool { status == 201 || (300..<400).contains(status) }

  private static func isEventStream(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) -> Bool {
    guard let line = head.fields.first(.contentType) else { return false }
    return bytes.extracting(line.value).hasPrefixIgnoringCase("text/event-stream")
  }
}
