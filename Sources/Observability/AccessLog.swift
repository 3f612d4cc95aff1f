public import Text

/// Formats one line per request for one event loop; lines leave in batches through the shared writer.
public struct AccessLog {
  /// How a line looks.
  public enum Format: Sendable {
    /// One JSON object.
    case json
    /// Columns for a person at a terminal.
    case text
  }

  /// Which requests have a line.
  public enum Selection: Sendable {
    case all
    /// All but those of probes.
    case proxy
    /// Those that were refused, failed or were cut.
    case errors
    case none

    /// Whether `record` is among them.
    public func has(_ record: AccessRecord) -> Bool {
      switch self {
      case .all: true
      case .proxy: !record.isOfProbe
      case .errors: record.status >= 400 || record.endedBy != nil
      case .none: false
      }
    }
  }

  private static let batchBytes = 16 << 10
  /// Seconds a clock may be set back before its time is taken.
  private static let setBack: Int64 = 60

  private let format: Format
  private let writer: LogWriter
  private var batch: [UInt8] = []
  private var lines = 0
  /// The time of the last line.
  private var time = CivilTime(seconds: -1, milliseconds: 0)
  private var dateAndClock: [UInt8] = []
  private var client = IPv6Address(0)
  private var clientText = Array("::".utf8)

  /// A log in `format` that leaves through `writer`.
  public init(format: Format, writer: LogWriter) {
    self.format = format
    self.writer = writer
  }

  /// Adds the line of `record`; `now` is monotonic nanoseconds as in the record, `time` the time of day.
  public mutating func append(_ record: AccessRecord, now: UInt64, time: CivilTime) {
    advance(to: time)
    if record.client != client {
      client = record.client
      clientText.removeAll(keepingCapacity: true)
      clientText.append(client)
    }
    switch format {
    case .json: appendJSON(record, now: now)
    case .text: appendText(record, now: now)
    }
    lines += 1
    if batch.count >= AccessLog.batchBytes { flush() }
  }

  /// Hands what was gathered to the writer.
  public mutating func flush() {
    guard !batch.isEmpty else { return }
    writer.write(batch, lines: lines)
    batch = []
    batch.reserveCapacity(AccessLog.batchBytes + 1024)
    lines = 0
  }

  private mutating func appendJSON(_ record: AccessRecord, now: UInt64) {
    batch.append("{\"time\":\"")
    appendTime()
    batch.append("\",\"request_id\":\"")
    batch += record.labels[record.requestID]
    batch.append("\",\"client\":\"")
    batch += clientText
    batch.append("\",\"method\":\"")
    appendMethod(record)
    batch.append("\",\"route\":\"")
    batch.append(record.route)
    if let operation = record.operation {
      batch.append("\",\"operation\":\"")
      batch.append(operation)
    }
    batch += record.labels[record.requestID.upperBound...]
    batch.append("\",\"status\":")
    batch.append(decimal: UInt64(record.status))
    batch.append(",\"bytes_in\":")
    batch.append(decimal: record.bytesIn)
    batch.append(",\"bytes_out\":")
    batch.append(decimal: record.bytesOut)
    if record.firstByte > 0 {
      batch.append(",\"first_byte_ms\":")
      appendMilliseconds(record.firstByte &- record.started)
    }
    batch.append(",\"total_ms\":")
    appendMilliseconds(now &- record.started)
    batch.append(",\"ended_by\":\"")
    batch.append(record.endedBy?.name ?? "complete")
    if let error = record.error {
      batch.append("\",\"error_type\":\"proxy_")
      batch.append(error)
    }
    batch.append("\"}\n")
  }

  private mutating func appendText(_ record: AccessRecord, now: UInt64) {
    appendTime()
    batch.append(UInt8(ascii: " "))
    batch.append(decimal: UInt64(record.status))
    batch.append(UInt8(ascii: " "))
    appendMethod(record)
    batch.append(UInt8(ascii: " "))
    batch.append(record.operation ?? record.route)
    if record.operation != nil, let host = record[.targetHost], let endpoint = record[.endpoint] {
      batch.append(UInt8(ascii: " "))
      batch += record.labels[host]
      batch.append(UInt8(ascii: "/"))
      batch += record.labels[endpoint]
    }
    batch.append(UInt8(ascii: " "))
    appendMilliseconds(now &- record.started)
    batch.append("ms in=")
    batch.append(decimal: record.bytesIn)
    batch.append(" out=")
    batch.append(decimal: record.bytesOut)
    if let party = record.endedBy {
      batch.append(" ended_by=")
      batch.append(party.name)
    }
    if let error = record.error {
      batch.append(" proxy_")
      batch.append(error)
    }
    batch.append(" client=")
    batch += clientText
    for note in record.notes where !AccessLog.isColumn(note.label, of: record) {
      batch.append(" ")
      batch.append(contentsOf: note.label.name.utf8)
      batch.append("=\"")
      batch += record.labels[note.range]
      batch.append("\"")
    }
    batch.append(" ")
    batch += record.labels[record.requestID]
    batch.append("\n")
  }

  /// Whether a line of text has the label in a column of its own.
  private static func isColumn(_ label: AccessRecord.Label, of record: AccessRecord) -> Bool {
    record.operation != nil && (label == .targetHost || label == .endpoint)
  }

  private mutating func appendMethod(_ record: AccessRecord) {
    if record.otherMethod.isEmpty { batch.append(record.method) } else { batch += record.otherMethod }
  }

  /// Lines stand in the order of their time: a clock that is set back a little stands still.
  private mutating func advance(to now: CivilTime) {
    guard now >= time || time.seconds - now.seconds > AccessLog.setBack else { return }
    if now.seconds != time.seconds { dateAndClock = now.dateAndClock }
    time = now
  }

  private mutating func appendTime() {
    batch += dateAndClock
    batch.append(UInt8(ascii: "."))
    batch.append(decimal: UInt64(time.milliseconds), width: 3)
    batch.append(UInt8(ascii: "Z"))
  }

  private mutating func appendMilliseconds(_ nanoseconds: UInt64) {
    let microseconds = nanoseconds / 1000
    batch.append(decimal: microseconds / 1000)
    batch.append(UInt8(ascii: "."))
    batch.append(decimal: microseconds % 1000, width: 3)
  }
}
