/// A file descriptor with one owner, closed exactly once.
package struct OwnedDescriptor: ~Copyable, Sendable {
  /// The number, for system calls only; never an identity.
  package let number: Int32

  package init(_ number: Int32) { self.number = number }

  deinit { Syscalls.close(number) }
}
