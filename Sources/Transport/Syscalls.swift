import CEpoll
internal import Glibc

/// Every system call of the data path: errno captured at once, EINTR looped, would-block a value.
enum Syscalls {
  /// Outcome of a call that moves bytes.
  enum Transfer: Equatable {
    case bytes(Int)
    case wouldBlock
    case failed(Int32)
  }

  static func read(_ fd: Int32, _ memory: UnsafeMutableRawBufferPointer) -> Transfer {
    while true {
      let count = Glibc.recv(fd, memory.baseAddress, memory.count, 0)
      if count >= 0 { return .bytes(count) }
      let code = errno
      if code == EINTR { continue }
      return code == EAGAIN || code == EWOULDBLOCK ? .wouldBlock : .failed(code)
    }
  }

  static func send(_ fd: Int32, _ memory: UnsafeRawBufferPointer) -> Transfer {
    while true {
      let count = Glibc.send(fd, memory.baseAddress, memory.count, Int32(MSG_NOSIGNAL))
      if count >= 0 { return .bytes(count) }
      let code = errno
      if code == EINTR { continue }
      return code == EAGAIN || code == EWOULDBLOCK ? .wouldBlock : .failed(code)
    }
  }

  /// Whether a quiet socket is still open: nothing to read and no end in sight.
  static func isQuiet(_ fd: Int32) -> Bool {
    var byte: UInt8 = 0
    while true {
      let count = recv(fd, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
      if count >= 0 { return false }
      let code = errno
      if code == EINTR { continue }
      return code == EAGAIN || code == EWOULDBLOCK
    }
  }

  static func accept(_ fd: Int32) -> Result<OwnedDescriptorNumber, SystemError> {
    while true {
      let accepted = accept4(fd, nil, nil, Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
      if accepted >= 0 { return .success(accepted) }
      let code = errno
      if code == EINTR || code == ECONNABORTED { continue }
      return .failure(SystemError(code, "accept"))
    }
  }

  /// A non-blocking stream socket for the family of `address`.
  static func streamSocket(for address: SocketAddress) throws(SystemError) -> OwnedDescriptor {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let fd = socket(address.family, type, 0)
    if fd < 0 { throw SystemError(errno, "socket") }
    return OwnedDescriptor(fd)
  }

  static func setOption(_ fd: Int32, _ level: Int32, _ name: Int32, _ value: Int32) throws(SystemError) {
    var value = value
    if setsockopt(fd, level, name, &value, socklen_t(MemoryLayout<Int32>.size)) != 0 {
      throw SystemError(errno, "setsockopt")
    }
  }

  static func bind(_ fd: Int32, _ address: SocketAddress) throws(SystemError) {
    if address.withSockAddr({ Glibc.bind(fd, $0, $1) }) != 0 { throw SystemError(errno, "bind") }
  }

  static func bindAndListen(_ fd: Int32, _ address: SocketAddress, backlog: Int32) throws(SystemError) {
    try bind(fd, address)
    if Glibc.listen(fd, backlog) != 0 { throw SystemError(errno, "listen") }
  }

  static func localAddress(_ fd: Int32) throws(SystemError) -> SocketAddress {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(fd, $0, &length) }
    }
    if result != 0 { throw SystemError(errno, "getsockname") }
    return SocketAddress(storage, length: length)
  }

  /// Starts a connection: true when it stands at once, false when it is under way.
  static func connect(_ fd: Int32, _ address: SocketAddress) throws(SystemError) -> Bool {
    while true {
      if address.withSockAddr({ Glibc.connect(fd, $0, $1) }) == 0 { return true }
      let code = errno
      if code == EINTR { continue }
      if code == EINPROGRESS { return false }
      throw SystemError(code, "connect")
    }
  }

  /// The pending error of a socket, 0 for none.
  static func pendingError(_ fd: Int32) -> Int32 {
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    if getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &length) != 0 { return errno }
    return code
  }

  static func shutdownWrite(_ fd: Int32) { _ = Glibc.shutdown(fd, Int32(SHUT_WR)) }

  /// Makes the coming close a reset, so that the peer cannot take a cut message for a whole one.
  static func resetOnClose(_ fd: Int32) {
    var linger = linger(l_onoff: 1, l_linger: 0)
    _ = setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
  }

  /// Lets another thread that is ready use this processor.
  static func yield() { sched_yield() }

  static func close(_ fd: Int32) { _ = Glibc.close(fd) }

  /// Monotonic time in nanoseconds.
  static func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  static func epollCreate() throws(SystemError) -> OwnedDescriptor {
    let fd = epoll_create1(Int32(EPOLL_CLOEXEC))
    if fd < 0 { throw SystemError(errno, "epoll_create1") }
    return OwnedDescriptor(fd)
  }

  /// A counter that a poller can watch.
  static func eventCounter() throws(SystemError) -> OwnedDescriptor {
    let fd = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    if fd < 0 { throw SystemError(errno, "eventfd") }
    return OwnedDescriptor(fd)
  }

  static func increment(_ counter: Int32) {
    var one: UInt64 = 1
    _ = Glibc.write(counter, &one, MemoryLayout<UInt64>.size)
  }

  static func epollAdd(_ epoll: Int32, _ fd: Int32, events: UInt32, token: UInt64) throws(SystemError) {
    var event = epoll_event(events: events, data: epoll_data_t(u64: token))
    if epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0 { throw SystemError(errno, "epoll_ctl") }
  }

  static func epollRemove(_ epoll: Int32, _ fd: Int32) {
    var event = epoll_event()
    _ = epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event)
  }

  static func epollWait(
    _ epoll: Int32, _ events: UnsafeMutableBufferPointer<epoll_event>, milliseconds: Int32
  ) -> Int {
    let count = epoll_wait(epoll, events.baseAddress, Int32(events.count), milliseconds)
    return count > 0 ? Int(count) : 0
  }
}

/// A descriptor number on its way into an `OwnedDescriptor`.
typealias OwnedDescriptorNumber = Int32
