internal import Dispatch
public import System

/// Wakes a loop that sleeps in its poller, from any thread.
final class Waker: Sendable {
  let descriptor: OwnedDescriptor

  init() throws(SystemError) { descriptor = try Syscalls.eventCounter() }

  func wake() { Syscalls.increment(descriptor.number) }
}

/// Runs jobs of one actor on one serial queue (Linux has no DispatchSerialQueue to do it).
final class QueueExecutor: SerialExecutor {
  let queue: DispatchQueue
  let waker: Waker

  init(label: String) throws(SystemError) {
    queue = DispatchQueue(label: label, qos: .userInitiated)
    waker = try Waker()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }

  /// Runs `block` on the queue, after what is running there now; a loop that sleeps there makes way for it.
  func async(_ block: @escaping @Sendable () -> Void) {
    queue.async(execute: block)
    waker.wake()
  }

  func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}

/// A way to reach an event loop from any thread.
public final class LoopHandle: Sendable {
  private let executor: QueueExecutor
  nonisolated(unsafe) private weak var owner: LoopActor?

  fileprivate init(executor: QueueExecutor) { self.executor = executor }

  fileprivate func adopt(_ owner: LoopActor) { self.owner = owner }

  /// Runs `body` on the loop, after what is running there now.
  public func perform(_ body: @escaping @Sendable (EventLoop) -> Void) {
    executor.async { [weak owner] in owner?.assumeIsolated { $0.enter(body) } }
  }
}

/// The owner of an event loop: a serial dispatch queue on which the loop sleeps in its epoll set.
///
/// Swift sees an actor. Other blocks of the queue (jobs of the actor, `LoopHandle.perform`) wake the loop, which then
/// goes to the end of the queue. A dispatch source on the epoll descriptor would do without the sleeping thread, but
/// costs an idle loop two threads' wake-ups before it sees an event, which is longer than relaying the request takes.
public actor LoopActor {
  private nonisolated let executor: QueueExecutor
  private let loop: EventLoop

  /// The executor of the loop's queue.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// A loop with its own queue; it serves nothing before `start`.
  public init(label: String) throws(SystemError) {
    executor = try QueueExecutor(label: label)
    let handle = LoopHandle(executor: executor)
    loop = try EventLoop(handle: handle, waker: executor.waker)
    handle.adopt(self)
  }

  /// Begins to serve events; goes on as long as the process does.
  public func start() { takeTurn() }

  /// Runs `body` on the loop.
  public func run<R: Sendable, E: Error>(_ body: @Sendable (EventLoop) throws(E) -> R) throws(E) -> R {
    loop.readClock()
    return try body(loop)
  }

  fileprivate func enter(_ body: @Sendable (EventLoop) -> Void) {
    loop.readClock()
    body(loop)
  }

  private func takeTurn() {
    executor.queue.async {
      self.assumeIsolated {
        $0.loop.serve()
        $0.takeTurn()
      }
    }
  }
}
