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

  static func localAddress(of fd: Int32) throws(SystemError) -> SocketAddress {
    let (storage, length) = try localAddress(fd)
    return SocketAddress(storage, length: length)
  }

  /// Starts a connection: true when it stands at once, false when it is under way.
  static func connect(_ fd: Int32, _ address: SocketAddress) throws(SystemError) -> Bool {
    try address.withSockAddr { (name, length) throws(SystemError) in try connect(fd, name, length) }
  }
}
