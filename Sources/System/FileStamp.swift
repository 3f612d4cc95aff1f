internal import Glibc

/// What tells a file from another, and from what it was before, without reading it: a file that was put in its place, or that a
/// link now leads to, has another number; one that was written to, another time or length.
public struct FileStamp: Equatable, Sendable {
  private let device: UInt64
  private let number: UInt64
  private let size: Int
  private let modified: Duration
  private let changed: Duration

  /// That of the file at `path`, links followed; nil where there is none that can be seen.
  public init?(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    device = UInt64(status.st_dev)
    number = UInt64(status.st_ino)
    size = Int(status.st_size)
    modified = .seconds(status.st_mtim.tv_sec) + .nanoseconds(status.st_mtim.tv_nsec)
    changed = .seconds(status.st_ctim.tv_sec) + .nanoseconds(status.st_ctim.tv_nsec)
  }
}
