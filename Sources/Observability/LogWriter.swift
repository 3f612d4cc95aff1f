internal import Dispatch
internal import Synchronization
internal import System
internal import Text

/// Writes finished log text to a descriptor on a queue of its own, so that a slow reader of the log never holds up a
/// request. What exceeds the limit is dropped and counted, and the count is logged. What is dropped or cannot be written is
/// reported elsewhere too: whoever does not read the log does not read that either.
public final class LogWriter: Sendable {
  private let queue = DispatchQueue(label: "fal-proxy.log", qos: .utility)
  /// The reports have their own: `queue` waits for the reader of the log, who may never read again.
  private let reports = DispatchQueue(label: "fal-proxy.log.reports", qos: .utility)
  private let descriptor: Int32
  private let limit: Int
  private let state = Mutex(State())
  private let report: @Sendable (String) -> Void

  private struct State {
    /// What was handed over and is not written yet; text that is being written counts as a whole.
    var pendingBytes = 0
    var pendingLines = 0
    /// Lines of which the log itself does not know yet that they were dropped.
    var droppedLines = 0
    var loss = LogLoss()
  }

  /// A writer to `descriptor` (1 is standard output) that holds at most `limit` bytes.
  /// - Parameter report: hears of lost lines, on a queue of its own.
  public init(descriptor: Int32, limit: Int, report: @escaping @Sendable (String) -> Void) {
    self.descriptor = descriptor
    self.limit = limit
    self.report = report
  }

  /// Hands over whole lines.
  public func write(_ text: [UInt8], lines: Int) {
    let fits = state.withLock { state in
      guard state.pendingBytes + text.count <= limit else {
        state.droppedLines += lines
        tell(state.loss.add(lines, written: [], for: "its reader is behind, and limits.log_buffer is full"))
        return false
      }
      state.pendingBytes += text.count
      state.pendingLines += lines
      return true
    }
    if fits { queue.async { self.put(text, lines: lines) } }
  }

  /// Waits until everything handed over has been written, `milliseconds` at most, and reports what was lost; what has not
  /// been written by then counts as lost.
  public func drain(milliseconds: Int) {
    LogWriter.wait(for: queue, milliseconds) { self.noteDropped() }
    state.withLock { tell($0.loss.end(unwritten: $0.pendingLines)) }
    LogWriter.wait(for: reports, milliseconds) {}
  }

  private static func wait(for queue: DispatchQueue, _ milliseconds: Int, _ last: @escaping @Sendable () -> Void) {
    let done = DispatchSemaphore(value: 0)
    queue.async {
      last()
      done.signal()
    }
    _ = done.wait(timeout: .now() + .milliseconds(milliseconds))
  }

  private func put(_ text: [UInt8], lines: Int) {
    let isWritten = writeAll(text, lines: lines)
    state.withLock { state in
      state.pendingBytes -= text.count
      state.pendingLines -= lines
      // Not before the reader has caught up: one who reads slowly would be told of at every turn.
      if isWritten, state.pendingBytes == 0 { tell(state.loss.end()) }
    }
    noteDropped()
  }

  /// Tells the readers of the log how many lines are missing there.
  private func noteDropped() {
    let dropped = state.withLock { state in
      defer { state.droppedLines = 0 }
      return state.droppedLines
    }
    guard dropped > 0 else { return }
    var line: [UInt8] = []
    line.append("{\"event\":\"access_log_dropped\",\"lines\":")
    line.append(decimal: UInt64(dropped))
    line.append("}\n")
    _ = writeAll(line, lines: 0)
  }

  /// - Parameter lines: how many are lost when it cannot be written.
  /// - Returns: whether it was.
  private func writeAll(_ text: [UInt8], lines: Int) -> Bool {
    let text = state.withLock { $0.loss.lineEnd } + text
    var left = text.count
    do throws(SystemError) {
      try text.withUnsafeBufferPointer { (bytes) throws(SystemError) in
        var rest = UnsafeRawBufferPointer(bytes)
        defer { left = rest.count }
        // It may wait for ever, on this queue alone.
        try Syscalls.writeAll(descriptor, from: &rest)
      }
      state.withLock { $0.loss.endLine() }
      return true
    } catch {
      state.withLock { tell($0.loss.add(lines, written: text.dropLast(left), for: error.reason)) }
      return false
    }
  }

  /// Called under the lock, so that the sentences come in the order of what they tell.
  private func tell(_ sentence: String?) {
    if let sentence { reports.async { self.report(sentence) } }
  }
}
