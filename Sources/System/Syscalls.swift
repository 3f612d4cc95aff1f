internal import Glibc

/// Every system call that can be interrupted or that a data path makes: errno captured at once, would-block a value.
///
/// The calls of one kind stand in `Syscalls+….swift`.
public enum Syscalls {
  /// Outcome of a call that moves bytes.
  public enum Transfer: Equatable {
    case bytes(Int)
    case wouldBlock
    case failed(Int32)
  }

  /// What came of a call that says by a negative result that errno holds more.
  enum Outcome {
    case done(Int)
    case failed(Int32)
  }

  /// Makes `call`, again whenever a signal interrupts it. The one place of the package that knows of EINTR.
  @inline(__always)
  static func uninterrupted(_ call: () -> Int) -> Outcome {
    while true {
      let result = call()
      if result >= 0 { return .done(result) }
      // Taken before anything else can change it.
      let code = errno
      if code != EINTR { return .failed(code) }
    }
  }

  /// The same for a call that moves bytes through a descriptor that may be non-blocking.
  @inline(__always)
  static func transfer(_ call: () -> Int) -> Transfer {
    switch uninterrupted(call) {
    case .done(let count): .bytes(count)
    case .failed(EAGAIN), .failed(EWOULDBLOCK): .wouldBlock
    case .failed(let code): .failed(code)
    }
  }

  /// Lets another thread that is ready use this processor.
  public static func yield() { sched_yield() }

  // Not repeated when interrupted: on Linux the descriptor is gone by then, and its number may be another's.
  static func close(_ fd: Int32) { _ = Glibc.close(fd) }
}
