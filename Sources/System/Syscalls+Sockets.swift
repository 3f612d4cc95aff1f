public import CEpoll
internal import Glibc

/// Stream sockets, all of them non-blocking and closed by a call to exec.
extension Syscalls {
  public static func read(_ fd: Int32, _ memory: UnsafeMutableRawBufferPointer) -> Transfer {
    transfer { Glibc.recv(fd, memory.baseAddress, memory.count, 0) }
  }

  public static func send(_ fd: Int32, _ memory: UnsafeRawBufferPointer) -> Transfer {
    transfer { Glibc.send(fd, memory.baseAddress, memory.count, Int32(MSG_NOSIGNAL)) }
  }

  /// Whether a quiet socket is still open: nothing to read and no end in sight.
  public static func isQuiet(_ fd: Int32) -> Bool {
    var byte: UInt8 = 0
    return transfer { recv(fd, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) } == .wouldBlock
  }

  /// The next waiting connection, and the address of its client in `name`; one that its client has given up meanwhile is
  /// passed over.
  public static func accept(
    _ fd: Int32, _ name: UnsafeMutablePointer<sockaddr>, _ length: inout socklen_t
  ) throws(SystemError) -> OwnedDescriptor {
    let room = length
    while true {
      length = room
      switch uninterrupted({
        Int(accept4(fd, name, &length, Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)))
      }) {
      case .done(let number): return OwnedDescriptor(Int32(number))
      case .failed(ECONNABORTED): continue
      case .failed(let code): throw SystemError(code, "accept")
      }
    }
  }

  /// A stream socket for AF_INET or AF_INET6.
  public static func streamSocket(family: Int32) throws(SystemError) -> OwnedDescriptor {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let fd = socket(family, type, 0)
    if fd < 0 { throw SystemError(errno, "socket") }
    return OwnedDescriptor(fd)
  }

  public static func setOption(_ fd: Int32, _ level: Int32, _ name: Int32, _ value: Int32) throws(SystemError) {
    var value = value
    if setsockopt(fd, level, name, &value, socklen_t(MemoryLayout<Int32>.size)) != 0 {
      throw SystemError(errno, "setsockopt")
    }
  }

  public static func bind(_ fd: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) throws(SystemError) {
    if Glibc.bind(fd, address, length) != 0 { throw SystemError(errno, "bind") }
  }

  public static func listen(_ fd: Int32, backlog: Int32) throws(SystemError) {
    if Glibc.listen(fd, backlog) != 0 { throw SystemError(errno, "listen") }
  }

  public static func localAddress(_ fd: Int32) throws(SystemError) -> (storage: sockaddr_storage, length: socklen_t) {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(fd, $0, &length) }
    }
    if result != 0 { throw SystemError(errno, "getsockname") }
    return (storage, length)
  }

  /// Starts a connection: true when it stands at once, false when it is under way.
  public static func connect(
    _ fd: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t
  ) throws(SystemError) -> Bool {
    switch uninterrupted({ Int(Glibc.connect(fd, address, length)) }) {
    case .done: return true
    case .failed(EINPROGRESS): return false
    case .failed(let code): throw SystemError(code, "connect")
    }
  }

  /// The pending error of a socket, 0 for none.
  public static func pendingError(_ fd: Int32) -> Int32 {
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    if getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &length) != 0 { return errno }
    return code
  }

  public static func shutdownWrite(_ fd: Int32) { _ = Glibc.shutdown(fd, Int32(SHUT_WR)) }

  /// Makes the coming close a reset, so that the peer cannot take a cut message for a whole one.
  public static func resetOnClose(_ fd: Int32) {
    var linger = linger(l_onoff: 1, l_linger: 0)
    _ = setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
  }
}
