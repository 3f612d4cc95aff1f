/// Log lines that were dropped or could not be written, and what the operator is told of them: the first time, whenever ten times as many
/// are lost, and how many there were when it is over.
struct LogLoss {
  private var lines = 0
  /// The count that is worth the next sentence.
  private var next = 1
  /// Whether a line was begun and not ended.
  private var isInsideLine = false

  /// What has to be written ahead of the next line: the end of one that was cut.
  var lineEnd: [UInt8] { isInsideLine ? [newline] : [] }

  /// Of `count` more lines, with `lineEnd` ahead of them, only `written` could be written, for `reason`.
  /// - Returns: what to say, if anything.
  mutating func add(_ count: Int, written: ArraySlice<UInt8>, for reason: String) -> String? {
    let isFirst = lines == 0
    lines += count - written.dropFirst(lineEnd.count).count { $0 == newline }
    if let last = written.last { isInsideLine = last != newline }
    guard lines >= next else { return nil }
    while next <= lines { next *= 10 }
    return isFirst
      ? "the log cannot be written (\(reason)); its lines are lost until it can" : "\(lines) log lines are lost so far"
  }

  /// All was written, the last line to its end.
  mutating func endLine() { isInsideLine = false }

  /// No line is lost any more, or none will be written.
  /// - Parameter unwritten: how many lines still wait, and are lost too.
  /// - Returns: what to say, if anything.
  mutating func end(unwritten: Int = 0) -> String? {
    lines += unwritten
    guard lines > 0 else { return nil }
    defer { (lines, next) = (0, 1) }
    return lines == 1 ? "1 log line was lost" : "\(lines) log lines were lost"
  }
}

private let newline = UInt8(ascii: "\n")
