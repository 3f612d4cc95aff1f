internal import CEpoll
internal import Glibc
internal import System

/// The calls of sockets that take or give an address.
extension Syscalls {
  static func streamSocket(for address: SocketAddress) throws(SystemError) -> OwnedDescriptor {
    try streamSocket(family: address.family)
  }

  static func bind(_ fd: Int32, _ address: SocketAddress) throws(SystemError) {
    try address.withSockAddr { (name, length) throws(SystemError) in try bind(fd, name, length) }
  }

  static func bindAndListen(_ fd: Int32, _ address: SocketAddress, backlog: Int32) throws(SystemError) {
    try bind(fd, address)
    try listen(fd, backlog: backlog)
  }

  /// The next waiting connection, and the address of its client.
  static func accept(_ fd: Int32, from client: inout SocketAddress) throws(SystemError) -> OwnedDescriptor {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let accepted = try withUnsafeMutablePointer(to: &storage) { (storage) throws(SystemError) in
      // Every address begins as a sockaddr does.
      try accept(fd, UnsafeMutableRawPointer(storage).assumingMemoryBound(to: sockaddr.self), &length)
    }
    client = SocketAddress(storage, length: length)
    return accepted
  }

  static func localAddress(of fd: Int32) throws(SystemError) -> SocketAddress {
    let (storage, length) = try localAddress(fd)
    return SocketAddress(storage, length: length)
  }

  /// Starts a connection: true when it stands at once, false when it is under way.
  static func connect(_ fd: Int32, _ address: SocketAddress) throws(SystemError) -> Bool {
    try address.withSockAddr { (name, length) throws(SystemError) in try connect(fd, name, length) }
  }
}
