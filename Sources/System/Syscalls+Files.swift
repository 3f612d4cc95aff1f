internal import Glibc

extension Syscalls {
  /// Copies the file at `path`, a C string, to the beginning of `memory`.
  ///
  /// Never waits: a pipe without data cannot be read. Reads no more than `memory` holds, so a device that never ends is
  /// harmless.
  /// - Returns: the file's length in bytes, or all of `memory` when the file goes on or ends just there.
  public static func readFile(
    _ path: UnsafePointer<CChar>, into memory: UnsafeMutableRawBufferPointer
  ) throws(SystemError) -> Int {
    let file = try openForReading(path)
    return try readAll(file.number, into: memory)
  }

  /// Whether accounts that neither own the file at `path` nor belong to its group may read it; false where there is none.
  public static func othersMayRead(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IROTH != 0
  }

  private static func openForReading(_ path: UnsafePointer<CChar>) throws(SystemError) -> OwnedDescriptor {
    switch uninterrupted({ Int(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) }) {
    case .done(let number): return OwnedDescriptor(Int32(number))
    case .failed(let code): throw SystemError(code, "open")
    }
  }

  private static func readAll(_ fd: Int32, into memory: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    var count = 0
    while count < memory.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: memory[count...])
      switch uninterrupted({ Glibc.read(fd, rest.baseAddress!, rest.count) }) {
      case .done(0): return count
      case .done(let received): count += received
      case .failed(let code): throw SystemError(code, "read")
      }
    }
    return count
  }

  /// Writes every byte, in as many calls as it takes.
  ///
  /// Where somebody has made the descriptor non-blocking and it is full, it waits for room as a blocking one would.
  /// - Parameter patience: how long one wait for room may last, in milliseconds; negative for as long as it takes.
  /// - Throws: also ETIMEDOUT, when no room came in time. What was written before an error stays written.
  public static func writeAll(
    _ fd: Int32, _ bytes: UnsafeRawBufferPointer, patience: Int32 = -1
  ) throws(SystemError) {
    var rest = bytes
    try writeAll(fd, from: &rest, patience: patience)
  }

  /// The same, where the caller has to know how far it came.
  /// - Parameter rest: what to write; after an error, what has not been written of it.
  public static func writeAll(
    _ fd: Int32, from rest: inout UnsafeRawBufferPointer, patience: Int32 = -1
  ) throws(SystemError) {
    while !rest.isEmpty {
      switch transfer({ Glibc.write(fd, rest.baseAddress!, rest.count) }) {
      case .bytes(let count): rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      case .wouldBlock: try awaitRoom(fd, patience)
      case .failed(let code): throw SystemError(code, "write")
      }
    }
  }

  private static func awaitRoom(_ fd: Int32, _ milliseconds: Int32) throws(SystemError) {
    var waiting = pollfd(fd: fd, events: Int16(POLLOUT), revents: 0)
    switch uninterrupted({ Int(poll(&waiting, 1, milliseconds)) }) {
    case .done(0): throw SystemError(ETIMEDOUT, "poll")
    case .done: return
    case .failed(let code): throw SystemError(code, "poll")
    }
  }
}
