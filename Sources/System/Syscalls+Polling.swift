public import CEpoll
internal import Glibc

/// epoll, and the counters that wake it.
extension Syscalls {
  public static func epollCreate() throws(SystemError) -> OwnedDescriptor {
    let fd = epoll_create1(Int32(EPOLL_CLOEXEC))
    if fd < 0 { throw SystemError(errno, "epoll_create1") }
    return OwnedDescriptor(fd)
  }

  /// A counter that a poller can watch.
  public static func eventCounter() throws(SystemError) -> OwnedDescriptor {
    let fd = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    if fd < 0 { throw SystemError(errno, "eventfd") }
    return OwnedDescriptor(fd)
  }

  public static func increment(_ counter: Int32) {
    var one: UInt64 = 1
    _ = Glibc.write(counter, &one, MemoryLayout<UInt64>.size)
  }

  public static func epollAdd(_ epoll: Int32, _ fd: Int32, events: UInt32, token: UInt64) throws(SystemError) {
    var event = epoll_event(events: events, data: epoll_data_t(u64: token))
    if epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0 { throw SystemError(errno, "epoll_ctl") }
  }

  public static func epollRemove(_ epoll: Int32, _ fd: Int32) {
    var event = epoll_event()
    _ = epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event)
  }

  /// How many descriptors are ready; none as well when a signal ends the wait: whoever waits looks at the clock again.
  public static func epollWait(
    _ epoll: Int32, _ events: UnsafeMutableBufferPointer<epoll_event>, milliseconds: Int32
  ) -> Int {
    let count = epoll_wait(epoll, events.baseAddress, Int32(events.count), milliseconds)
    return count > 0 ? Int(count) : 0
  }
}
