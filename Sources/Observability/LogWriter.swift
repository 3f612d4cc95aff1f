internal import Dispatch
internal import Synchronization
internal import System
internal import Text

/// Writes finished log text to a descriptor on a queue of its own, so that a slow reader of the log never holds up a
/// request. What exceeds the limit is dropped and counted, and the count is logged.
public final class LogWriter: Sendable {
  private let queue = DispatchQueue(label: "fal-proxy.log", qos: .utility)
  private let descriptor: Int32
  private let limit: Int
  private let pendingBytes = Atomic(0)
  private let droppedLines = Atomic(0)

  /// A writer to `descriptor` (1 is standard output) that holds at most `limit` bytes.
  public init(descriptor: Int32, limit: Int) {
    self.descriptor = descriptor
    self.limit = limit
  }

  /// Hands over whole lines.
  public func write(_ text: [UInt8], lines: Int) {
    // Counted before it is known to fit: two loops together may drop a batch too many, never hold one too many.
    guard pendingBytes.add(text.count, ordering: .relaxed).newValue <= limit else {
      pendingBytes.subtract(text.count, ordering: .relaxed)
      droppedLines.add(lines, ordering: .relaxed)
      return
    }
    queue.async { self.put(text) }
  }

  /// Waits until everything handed over has been written, `milliseconds` at most.
  public func drain(milliseconds: Int) {
    let done = DispatchSemaphore(value: 0)
    queue.async { done.signal() }
    _ = done.wait(timeout: .now() + .milliseconds(milliseconds))
  }

  private func put(_ text: [UInt8]) {
    writeAll(text)
    pendingBytes.subtract(text.count, ordering: .relaxed)
    let dropped = droppedLines.exchange(0, ordering: .relaxed)
    if dropped > 0 {
      var line: [UInt8] = []
      line.append("{\"event\":\"access_log_dropped\",\"lines\":")
      line.append(decimal: UInt64(dropped))
      line.append("}\n")
      writeAll(line)
    }
  }

  private func writeAll(_ text: [UInt8]) {
    // It may wait for ever, on this queue alone. After an error there is nobody left to read it.
    text.withUnsafeBytes { bytes in try? Syscalls.writeAll(descriptor, bytes) }
  }
}
