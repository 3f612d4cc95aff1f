internal import Glibc

extension Syscalls {
  /// Creates the file at `path` unless there is one, for nobody but the account of this process.
  public static func createPrivateFile(_ path: String) throws(SystemError) { _ = try openPrivate(path) }

  /// The same, and takes the lock of the file, which ends with the descriptor and with the process however that ends.
  /// - Throws: an error that `isTaken` when somebody else has it.
  public static func lockPrivateFile(_ path: String) throws(SystemError) -> OwnedDescriptor {
    let file = try openPrivate(path)
    switch uninterrupted({ Int(flock(file.number, LOCK_EX | LOCK_NB)) }) {
    case .done: return file
    case .failed(let code): throw SystemError(code, "flock")
    }
  }

  /// The length of the file at `path` in bytes; nil where there is none that can be seen.
  public static func fileSize(_ path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  private static func openPrivate(_ path: String) throws(SystemError) -> OwnedDescriptor {
    switch uninterrupted({ Int(open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0o600)) }) {
    case .done(let number): return OwnedDescriptor(Int32(number))
    case .failed(let code): throw SystemError(code, "open")
    }
  }
}

extension SystemError {
  /// Whether somebody else has the lock.
  public var isTaken: Bool { code == EWOULDBLOCK }
}
