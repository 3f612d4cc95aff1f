/// A file descriptor with one owner, closed exactly once.
public struct OwnedDescriptor: ~Copyable, Sendable {
  /// The number, for system calls only; never an identity.
  public let number: Int32

  public init(_ number: Int32) { self.number = number }

  deinit { Syscalls.close(number) }
}
