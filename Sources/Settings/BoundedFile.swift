internal import System

/// Reads a whole small file whose content may be secret.
package enum BoundedFile {
  package enum Failure: Error, Equatable {
    /// The system's text for the errno, such as `No such file or directory`.
    case unreadable(String)
    /// The file has more bytes than the limit.
    case tooLarge
  }

  /// The bytes of the file at `path`, which is no secret.
  package static func read(_ path: String, limit: Int) throws(Failure) -> SecretBytes {
    var path = path
    return try read(path.withUTF8 { SecretBytes(copying: UnsafeRawBufferPointer($0)) }, limit: limit)
  }

  /// The bytes of the file at `path`; nothing is kept of one with more than `limit` bytes. See `Syscalls.readFile`.
  static func read(_ path: SecretBytes, limit: Int) throws(Failure) -> SecretBytes {
    let terminated = SecretBytes(capacity: path.count + 1) { (target) throws(Never) in
      path.withUnsafeBytes { target.copyMemory(from: $0) }
      return path.count + 1
    }
    return try SecretBytes(capacity: limit + 1) { (target) throws(Failure) in
      let count: Int
      do throws(SystemError) {
        count = try terminated.withUnsafeBytes { (path) throws(SystemError) in
          try Syscalls.readFile(path.bindMemory(to: CChar.self).baseAddress!, into: target)
        }
      } catch {
        throw .unreadable(error.reason)
      }
      guard count <= limit else { throw .tooLarge }
      return count
    }
  }
}
