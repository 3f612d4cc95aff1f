import Glibc

/// Reads a whole small file whose content may be secret.
enum BoundedFile {
  enum Failure: Error, Equatable {
    /// The system's text for the errno, such as `No such file or directory`.
    case unreadable(String)
    /// The file has more bytes than the limit.
    case tooLarge
  }

  /// The bytes of the file at `path`. Never waits: a pipe without data is unreadable. Nothing is kept of a file with more
  /// than `limit` bytes, so a device that never ends is harmless.
  static func read(_ path: SecretBytes, limit: Int) throws(Failure) -> SecretBytes {
    let terminated = SecretBytes(capacity: path.count + 1) { (target) throws(Never) in
      path.withUnsafeBytes { target.copyMemory(from: $0) }
      return path.count + 1
    }
    let descriptor = terminated.withUnsafeBytes { bytes in
      retrying {
        Int(open(bytes.bindMemory(to: CChar.self).baseAddress!, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY))
      }
    }
    guard descriptor >= 0 else { throw .unreadable(errorText(-descriptor)) }
    defer { close(Int32(descriptor)) }
    return try SecretBytes(capacity: limit + 1) { (target) throws(Failure) in
      var count = 0
      while count < target.count {
        let received = retrying { Glibc.read(Int32(descriptor), target.baseAddress! + count, target.count - count) }
        if received < 0 { throw .unreadable(errorText(-received)) }
        if received == 0 { return count }
        count += received
      }
      throw .tooLarge
    }
  }

  /// The result of `call`, or the negative errno, taken before anything else can change it.
  private static func retrying(_ call: () -> Int) -> Int {
    while true {
      let result = call()
      if result >= 0 { return result }
      let code = errno
      if code != EINTR { return -Int(code) }
    }
  }

  private static func errorText(_ code: Int) -> String { String(cString: strerror(Int32(code))) }
}
