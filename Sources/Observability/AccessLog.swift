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

  private let format: Format
  private let writer: LogWriter
  private var batch: [UInt8] = []
  private var lines = 0
  private var second: Int64 = -1
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
    if time.seconds != second {
      second = time.seconds
      dateAndClock = time.dateAndClock
    }
    if record.client != client {
      client = record.client
      clientText.removeAll(keepingCapacity: true)
      clientText.append(client)
    }
    switch format {
    case .json: appendJSON(record, now: now, time: time)
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

  private mutating func appendJSON(_ record: AccessRecord, now: UInt64, time: CivilTime) {
    batch.append("{\"time\":\"")
    batch += dateAndClock
    batch.append(UInt8(ascii: "."))
    batch.append(decimal: UInt64(time.milliseconds), width: 3)
    batch.append("Z\",\"request_id\":\"")
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
    for note in record.notes where note.label != .method {
      batch.append("\",\"")
      batch.append(note.label.name)
      batch.append("\":\"")
      batch += record.labels[note.range]
    }
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
    batch += dateAndClock[11..<19]
    batch.append(UInt8(ascii: " "))
    batch.append(decimal: UInt64(record.status))
    batch.append(UInt8(ascii: " "))
    appendMethod(record)
    batch.append(UInt8(ascii: " "))
    batch.append(record.operation ?? record.route)
    if record.operation != nil, let endpoint = record[.endpoint] {
      batch.append(UInt8(ascii: " "))
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
      batch.append(note.label.name)
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
    label == .method || (label == .endpoint && record.operation != nil)
  }

  private mutating func appendMethod(_ record: AccessRecord) {
    if let method = record[.method] { batch += record.labels[method] } else { batch.append(record.method) }
  }

  private mutating func appendMilliseconds(_ nanoseconds: UInt64) {
    let microseconds = nanoseconds / 1000
    batch.append(decimal: microseconds / 1000)
    batch.append(UInt8(ascii: "."))
    batch.append(decimal: microseconds % 1000, width: 3)
  }
}
