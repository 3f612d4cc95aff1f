import Glibc

/// A pipe whose reading end the test holds.
final class Pipe {
  let reading: Int32
  let writing: Int32
  private var kept: [UInt8] = []

  init() {
    var ends: [Int32] = [-1, -1]
    precondition(pipe(&ends) == 0)
    (reading, writing) = (ends[0], ends[1])
  }

  deinit {
    close(reading)
    close(writing)
  }

  /// Makes the pipe as small as the kernel allows; returns its size in bytes.
  func shrink() -> Int {
    // F_SETPIPE_SZ of Linux, which Glibc keeps behind _GNU_SOURCE.
    Int(fcntl(writing, 1031, 4096))
  }

  /// Fills it with one line, as full as it can be.
  func fill() {
    let line = [UInt8](repeating: UInt8(ascii: "."), count: shrink() - 1) + [UInt8(ascii: "\n")]
    precondition(write(writing, line, line.count) == line.count)
  }

  func makeWritingNonBlocking() { _ = fcntl(writing, F_SETFL, O_NONBLOCK) }

  /// The next `count` lines, waiting for them; what came beyond them is kept.
  func read(lines count: Int) -> [String] {
    var lines: [String] = []
    while lines.count < count {
      if let end = kept.firstIndex(of: UInt8(ascii: "\n")) {
        lines.append(String(decoding: kept[..<end], as: UTF8.self))
        kept.removeSubrange(...end)
        continue
      }
      var memory = [UInt8](repeating: 0, count: 1 << 16)
      let got = Glibc.read(reading, &memory, memory.count)
      precondition(got > 0)
      kept += memory[0..<got]
    }
    return lines
  }
}
