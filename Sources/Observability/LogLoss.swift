/// Log lines that could not be written, and what the operator is told of them: the first time, whenever ten times as many
/// are lost, and how many there were when it is over.
struct LogLoss {
  private var lines = 0
  /// The count that is worth the next sentence.
  private var next = 1

  /// `count` more were lost for `reason`.
  /// - Returns: what to say, if anything.
  mutating func add(_ count: Int, for reason: String) -> String? {
    let isFirst = lines == 0
    lines += count
    guard lines >= next else { return nil }
    while next <= lines { next *= 10 }
    return isFirst
      ? "the log cannot be written (\(reason)); its lines are lost until it can" : "\(lines) log lines are lost so far"
  }

  /// Lines are written again, or none will be any more.
  /// - Returns: what to say, if anything.
  mutating func end() -> String? {
    guard lines > 0 else { return nil }
    defer { self = LogLoss() }
    return "\(lines) log lines were lost"
  }
}
