internal import CEpoll
internal import System

/// What a descriptor is ready for.
public struct ReadyEvents: OptionSet, Sendable {
  /// The bits as the poller knows them.
  public let rawValue: UInt32

  /// Events from raw bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Bytes, a connection or the end can be read.
  public static let readable = ReadyEvents(rawValue: EPOLLIN.rawValue)
  /// Bytes can be written, or a connect has ended.
  public static let writable = ReadyEvents(rawValue: EPOLLOUT.rawValue)
  /// The peer has finished sending (half or full close).
  public static let peerFinished = ReadyEvents(rawValue: EPOLLRDHUP.rawValue)
  /// The connection is gone in both directions.
  public static let broken = ReadyEvents(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
}

/// The set of watched descriptors: epoll, edge-triggered, so that nothing is re-armed per request.
///
/// This file is the only one that knows epoll; kqueue can stand in for it.
final class Poller {
  private let epoll: OwnedDescriptor
  private let events: UnsafeMutableBufferPointer<epoll_event>

  /// - Parameter batch: how many ready descriptors one wait reports at most.
  init(batch: Int = 256) throws(SystemError) {
    epoll = try Syscalls.epollCreate()
    events = .allocate(capacity: batch)
    events.initialize(repeating: epoll_event())
  }

  deinit { events.deallocate() }

  /// Watches a stream for both directions, edge-triggered.
  func watchStream(_ descriptor: borrowing OwnedDescriptor, token: UInt64) throws(SystemError) {
    let bits = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
    try Syscalls.epollAdd(epoll.number, descriptor.number, events: bits, token: token)
  }

  /// Watches a listening socket, level-triggered.
  func watchListener(_ descriptor: borrowing OwnedDescriptor, token: UInt64) throws(SystemError) {
    try Syscalls.epollAdd(epoll.number, descriptor.number, events: EPOLLIN.rawValue, token: token)
  }

  /// Watches the counter of a waker: edge-triggered, so that it never has to be read.
  func watchWaker(_ descriptor: borrowing OwnedDescriptor, token: UInt64) throws(SystemError) {
    let bits = EPOLLIN.rawValue | EPOLLET.rawValue
    try Syscalls.epollAdd(epoll.number, descriptor.number, events: bits, token: token)
  }

  func unwatch(_ descriptor: borrowing OwnedDescriptor) {
    Syscalls.epollRemove(epoll.number, descriptor.number)
  }

  /// How many descriptors are ready, at most `batch`; waits up to `milliseconds`, for ever if negative.
  func wait(milliseconds: Int32) -> Int { Syscalls.epollWait(epoll.number, events, milliseconds: milliseconds) }

  /// The token of the ready descriptor at `index` of the last wait.
  func token(_ index: Int) -> UInt64 { events[index].data.u64 }

  /// The token and events of the ready descriptor at `index` of the last wait.
  func ready(_ index: Int) -> (token: UInt64, events: ReadyEvents) {
    let event = events[index]
    return (event.data.u64, ReadyEvents(rawValue: event.events))
  }
}
