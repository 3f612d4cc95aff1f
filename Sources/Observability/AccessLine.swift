internal import Text

/// How a line of the access log is written, and what lines that follow one another share.
struct AccessLine {
  /// The most bytes of a line besides the texts that came, and of what stands around one of them.
  private static let (room, noteRoom) = (1024, 32)
  /// Seconds a clock may be set back before its time is taken.
  private static let setBack: Int64 = 60

  let format: AccessLog.Format
  /// The time of the last line.
  private var time = CivilTime(seconds: -1, milliseconds: 0)
  private var dateAndClock: [UInt8] = []
  private var client = IPv6Address(0)
  private var clientText = Array("::".utf8)

  init(format: AccessLog.Format) { self.format = format }

  /// The most bytes that the line of `record` has.
  static func limit(of record: AccessRecord) -> Int {
    room + record.labels.count + record.otherMethod.count + record.notes.count * noteRoom
  }

  /// Takes up the time and the client of the next line.
  ///
  /// Lines stand in the order of their time: a clock that is set back a little stands still.
  mutating func advance(to now: CivilTime, _ client: IPv6Address) {
    if now >= time || time.seconds - now.seconds > AccessLine.setBack {
      if now.seconds != time.seconds { dateAndClock = now.dateAndClock }
      time = now
    }
    if client != self.client {
      self.client = client
      clientText = Array((client.mapped?.description ?? client.description).utf8)
    }
  }

  /// Writes the line of `record`; `now` is monotonic nanoseconds as in the record.
  func write(_ record: AccessRecord, now: UInt64, to line: inout ByteWriter) {
    switch format {
    case .json: writeJSON(record, now: now, to: &line)
    case .text: writeText(record, now: now, to: &line)
    }
  }

  private func writeJSON(_ record: AccessRecord, now: UInt64, to line: inout ByteWriter) {
    line.write("{\"time\":\"")
    writeTime(to: &line)
    line.write("\",\"request_id\":\"")
    line.write(record.labels, record.requestID)
    line.write("\",\"client\":\"")
    line.write(clientText)
    line.write("\",\"method\":\"")
    writeMethod(record, to: &line)
    line.write("\",\"route\":\"")
    line.write(record.route)
    if let operation = record.operation {
      line.write("\",\"operation\":\"")
      line.write(operation)
    }
    line.write(record.labels, record.requestID.upperBound..<record.labels.count)
    line.write("\",\"status\":")
    line.write(decimal: UInt64(record.status))
    line.write(",\"bytes_in\":")
    line.write(decimal: record.bytesIn)
    line.write(",\"bytes_out\":")
    line.write(decimal: record.bytesOut)
    if record.firstByte > 0 {
      line.write(",\"first_byte_ms\":")
      writeMilliseconds(record.firstByte &- record.started, to: &line)
    }
    line.write(",\"total_ms\":")
    writeMilliseconds(now &- record.started, to: &line)
    line.write(",\"ended_by\":\"")
    line.write(record.endedBy?.name ?? "complete")
    if let error = record.error {
      line.write("\",\"error_type\":\"proxy_")
      line.write(error)
    }
    line.write("\"}\n")
  }

  private func writeText(_ record: AccessRecord, now: UInt64, to line: inout ByteWriter) {
    writeTime(to: &line)
    line.write(byte: UInt8(ascii: " "))
    line.write(decimal: UInt64(record.status))
    line.write(byte: UInt8(ascii: " "))
    writeMethod(record, to: &line)
    line.write(byte: UInt8(ascii: " "))
    line.write(record.operation ?? record.route)
    if record.operation != nil, let host = record[.targetHost], let endpoint = record[.endpoint] {
      line.write(byte: UInt8(ascii: " "))
      line.write(record.labels, host)
      line.write(byte: UInt8(ascii: "/"))
      line.write(record.labels, endpoint)
    }
    line.write(byte: UInt8(ascii: " "))
    writeMilliseconds(now &- record.started, to: &line)
    line.write("ms in=")
    line.write(decimal: record.bytesIn)
    line.write(" out=")
    line.write(decimal: record.bytesOut)
    if let party = record.endedBy {
      line.write(" ended_by=")
      line.write(party.name)
    }
    if let error = record.error {
      line.write(" proxy_")
      line.write(error)
    }
    line.write(" client=")
    line.write(clientText)
    for note in record.notes where !AccessLine.isColumn(note.label, of: record) {
      line.write(" ")
      line.write(text: note.label.name)
      line.write("=\"")
      line.write(record.labels, note.range)
      line.write("\"")
    }
    line.write(" ")
    line.write(record.labels, record.requestID)
    line.write("\n")
  }

  /// Whether a line of text has the label in a column of its own.
  private static func isColumn(_ label: AccessRecord.Label, of record: AccessRecord) -> Bool {
    record.operation != nil && (label == .targetHost || label == .endpoint)
  }

  private func writeMethod(_ record: AccessRecord, to line: inout ByteWriter) {
    if record.otherMethod.isEmpty { line.write(record.method) } else { line.write(record.otherMethod) }
  }

  private func writeTime(to line: inout ByteWriter) {
    line.write(dateAndClock)
    line.write(byte: UInt8(ascii: "."))
    line.write(decimal: UInt64(time.milliseconds), width: 3)
    line.write(byte: UInt8(ascii: "Z"))
  }

  private func writeMilliseconds(_ nanoseconds: UInt64, to line: inout ByteWriter) {
    let microseconds = nanoseconds / 1000
    line.write(decimal: microseconds / 1000)
    line.write(byte: UInt8(ascii: "."))
    line.write(decimal: microseconds % 1000, width: 3)
  }
}
