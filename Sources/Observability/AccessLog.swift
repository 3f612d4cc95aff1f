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

  private let writer: LogWriter
  private var batch: [UInt8] = []
  private var lines = 0
  private var line: AccessLine

  /// A log in `format` that leaves through `writer`.
  public init(format: Format, writer: LogWriter) {
    line = AccessLine(format: format)
    self.writer = writer
  }

  /// Adds the line of `record`; `now` is monotonic nanoseconds as in the record, `time` the time of day.
  public mutating func append(_ record: AccessRecord, now: UInt64, time: CivilTime) {
    line.advance(to: time, record.client)
    let line = line
    batch.append(upTo: AccessLine.limit(of: record)) { line.write(record, now: now, to: &$0) }
    lines += 1
    if batch.count >= AccessLog.batchBytes { flush() }
  }

  /// Hands what was gathered to the writer.
  public mutating func flush() {
    guard !batch.isEmpty else { return }
    writer.write(batch, lines: lines)
    batch = []
    batch.reserveCapacity(AccessLog.batchBytes + 4096)
    lines = 0
  }
}
