public import Text

/// What is known of one request when it is over. No content and no query string has a place here, and of field values only
/// those that `Label` names.
///
/// An object, so that connections that wait for a request need not have one.
public final class AccessRecord {
  /// A text that may hold anything.
  public enum Label: UInt8, Sendable, CaseIterable {
    /// The host of the target.
    case targetHost
    /// The endpoint that is called.
    case endpoint
    /// The path of a target that was refused.
    case targetPath
    /// The path of a request that no route took.
    case path
    /// The origin of a page that was refused.
    case origin
    /// The client's place in a trace (W3C Trace Context §3.2).
    case traceparent
    /// What fal calls the request.
    case falRequestID
    /// What fal bills for it, as it says.
    case billableUnits
    /// Why there is no connection to fal.
    case cause
    /// What fal calls the job that the client knows by a sealed id.
    case job
    /// Why an answer has ids in it that are not sealed.
    case unsealed
    /// Who presented a token: its name, or the beginning of the identity.
    case caller

    /// What stands between the text before and its own in a JSON object.
    var key: StaticString {
      switch self {
      case .targetHost: #"","target_host":""#
      case .endpoint: #"","endpoint":""#
      case .targetPath: #"","target_path":""#
      case .path: #"","path":""#
      case .origin: #"","origin":""#
      case .traceparent: #"","traceparent":""#
      case .falRequestID: #"","fal_request_id":""#
      case .billableUnits: #"","billable_units":""#
      case .cause: #"","cause":""#
      case .job: #"","job":""#
      case .unsealed: #"","unsealed":""#
      case .caller: #"","caller":""#
      }
    }

    /// What a line calls it.
    public var name: String { String("\(key)".dropFirst(3).dropLast(3)) }
  }

  /// Where the text of a label stands in `labels`.
  public struct Note: Sendable {
    public let label: Label
    public let range: Range<Int>
  }

  /// Bytes of a text that are kept.
  public static let textLimit = 256

  /// Whose request it is; an address of IPv4 as the one of IPv6 that stands for it.
  public var client = IPv6Address(0)
  /// The method, of those the proxy knows.
  public var method: StaticString = "-"
  /// The route that took the request.
  public var route: StaticString = "-"
  /// The operation on fal, where there is one.
  public var operation: StaticString?
  /// Bytes of the record's texts: first the request id, then each of `notes` behind its key, as a line of JSON has them;
  /// characters that need no escaping, neither in JSON nor on a terminal.
  public var labels: [UInt8] = []
  /// Where the request id stands in `labels`.
  public var requestID = 0..<0
  /// The method, where it is none of those the proxy knows; escaped.
  public private(set) var otherMethod: [UInt8] = []
  /// The texts that came, in their order.
  public private(set) var notes: [Note] = []
  /// A bit for each of their labels.
  private var noted: UInt16 = 0
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

  /// Notes `text`, unless it is empty or the label has one: the beginning of a long one, and escaped, whatever it is.
  public func note(_ label: Label, _ text: Span<UInt8>) {
    let bit: UInt16 = 1 << UInt16(label.rawValue)
    guard !text.isEmpty, noted & bit == 0 else { return }
    noted |= bit
    let (before, key) = (labels.count, label.key)
    let limit = key.utf8CodeUnitCount + LogText.longest(text.count, limit: AccessRecord.textLimit)
    labels.append(upTo: limit) { writer in
      writer.write(key)
      writer.write(escapingLog: text, limit: AccessRecord.textLimit)
    }
    notes.append(Note(label: label, range: (before + key.utf8CodeUnitCount)..<labels.count))
  }

  /// Notes a method that is none of those the proxy knows, in the same way.
  public func note(method: Span<UInt8>) {
    otherMethod.append(upTo: LogText.longest(method.count, limit: AccessRecord.textLimit)) { writer in
      writer.write(escapingLog: method, limit: AccessRecord.textLimit)
    }
  }

  /// Where the text of `label` stands in `labels`; nil if there is none.
  public subscript(label: Label) -> Range<Int>? {
    for note in notes where note.label == label { return note.range }
    return nil
  }

  /// Forgets everything but the memory of `labels` and `notes`.
  public func reset() {
    client = IPv6Address(0)
    method = "-"
    route = "-"
    operation = nil
    labels.removeAll(keepingCapacity: true)
    requestID = 0..<0
    otherMethod.removeAll(keepingCapacity: true)
    notes.removeAll(keepingCapacity: true)
    noted = 0
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
