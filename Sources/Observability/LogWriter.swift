internal import Dispatch
internal import Synchronization
internal import System
internal import Text

/// Writes finished log text to a descriptor on a queue of its own, so that a slow reader of the log never holds up a
/// request. What exceeds the limit is dropped and counted, and the count is logged; what cannot be written is counted too,
/// and reported elsewhere.
public final class LogWriter: Sendable {
  private let queue = DispatchQueue(label: "fal-proxy.log", qos: .utility)
  private let descriptor: Int32
  private let limit: Int
  private let pendingBytes = Atomic(0)
  private let droppedLines = Atomic(0)
  private let loss = Mutex(LogLoss())
  private let report: @Sendable (String) -> Void

  /// A writer to `descriptor` (1 is standard output) that holds at most `limit` bytes.
  /// - Parameter report: hears of lost lines, on the writer's own queue.
  public init(descriptor: Int32, limit: Int, report: @escaping @Sendable (String) -> Void) {
    self.descriptor = descriptor
    self.limit = limit
    self.report = report
  }

  /// Hands over whole lines.
  public func write(_ text: [UInt8], lines: Int) {
    // Counted before it is known to fit: two loops together may drop a batch too many, never hold one too many.
    guard pendingBytes.add(text.count, ordering: .relaxed).newValue <= limit else {
      pendingBytes.subtract(text.count, ordering: .relaxed)
      droppedLines.add(lines, ordering: .relaxed)
      return
    }
    queue.async { self.put(text, lines: lines) }
  }

  /// Waits until everything handed over has been written, `milliseconds` at most, and reports what was lost.
  public func drain(milliseconds: Int) {
    let done = DispatchSemaphore(value: 0)
    queue.async {
      self.tell { $0.end() }
      done.signal()
    }
    _ = done.wait(timeout: .now() + .milliseconds(milliseconds))
  }

  private func put(_ text: [UInt8], lines: Int) {
    writeAll(text, lines: lines)
    pendingBytes.subtract(text.count, ordering: .relaxed)
    let dropped = droppedLines.exchange(0, ordering: .relaxed)
    if dropped > 0 {
      var line: [UInt8] = []
      line.append("{\"event\":\"access_log_dropped\",\"lines\":")
      line.append(decimal: UInt64(dropped))
      line.append("}\n")
      writeAll(line, lines: dropped)
    }
  }

  /// - Parameter lines: how many are lost when it cannot be written.
  private func writeAll(_ text: [UInt8], lines: Int) {
    let text = loss.withLock { $0.lineEnd } + text
    var left = text.count
    do throws(SystemError) {
      try text.withUnsafeBufferPointer { (bytes) throws(SystemError) in
        var rest = UnsafeRawBufferPointer(bytes)
        defer { left = rest.count }
        // It may wait for ever, on this queue alone.
        try Syscalls.writeAll(descriptor, from: &rest)
      }
      tell { $0.recover() }
    } catch {
      tell { $0.add(lines, written: text.dropLast(left), for: error.reason) }
    }
  }

  private func tell(_ change: (inout LogLoss) -> String?) {
    if let sentence = loss.withLock({ change(&$0) }) { report(sentence) }
  }
}
