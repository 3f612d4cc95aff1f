internal import Dispatch

/// Runs jobs of one actor on one serial queue (Linux has no DispatchSerialQueue to do it).
final class QueueExecutor: SerialExecutor {
  let queue: DispatchQueue

  init(label: String) { queue = DispatchQueue(label: label, qos: .userInitiated) }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }

  func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}

/// A way to reach an event loop from any thread.
public final class LoopHandle: Sendable {
  private let queue: DispatchQueue
  nonisolated(unsafe) private weak var owner: LoopActor?

  fileprivate init(queue: DispatchQueue) { self.queue = queue }

  fileprivate func adopt(_ owner: LoopActor) { self.owner = owner }

  /// Runs `body` on the loop, after what is running there now; not at all once the loop is gone.
  public func perform(_ body: @escaping @Sendable (EventLoop) -> Void) {
    queue.async { [weak owner] in owner?.assumeIsolated { $0.enter(body) } }
  }
}

/// The owner of an event loop: a serial dispatch queue, an epoll set watched by one dispatch source on it, and one timer.
///
/// Swift sees an actor; the kernel sees one descriptor that is readable when any connection is.
public actor LoopActor {
  private nonisolated let executor: QueueExecutor
  private let loop: EventLoop
  private var source: (any DispatchSourceRead)?
  private var timer: (any DispatchSourceTimer)?
  private var timerArmedFor = UInt64.max

  /// The executor of the loop's queue.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// A loop with its own queue; it serves nothing before `start`.
  public init(label: String) throws(SystemError) {
    executor = QueueExecutor(label: label)
    let handle = LoopHandle(queue: executor.queue)
    loop = try EventLoop(handle: handle)
    handle.adopt(self)
  }

  /// Begins to serve events.
  public func start() {
    let source = DispatchSource.makeReadSource(fileDescriptor: loop.poller.descriptorNumber, queue: executor.queue)
    source.setEventHandler { [weak self] in self?.assumeIsolated { $0.drain() } }
    source.activate()
    self.source = source
    let timer = DispatchSource.makeTimerSource(queue: executor.queue)
    timer.setEventHandler { [weak self] in self?.assumeIsolated { $0.timerFired() } }
    timer.schedule(deadline: .distantFuture)
    timer.activate()
    self.timer = timer
    armTimer()
  }

  /// Stops serving events and lets go of everything attached.
  public func stop() {
    source?.cancel()
    timer?.cancel()
    source = nil
    timer = nil
    loop.attachment = nil
  }

  /// Runs `body` on the loop.
  public func run<R: Sendable, E: Error>(_ body: @Sendable (EventLoop) throws(E) -> R) throws(E) -> R {
    loop.readClock()
    defer { afterTurn() }
    return try body(loop)
  }

  fileprivate func enter(_ body: @Sendable (EventLoop) -> Void) {
    loop.readClock()
    body(loop)
    afterTurn()
  }

  private func drain() {
    loop.drain()
    afterTurn()
  }

  private func afterTurn() {
    armTimer()
    if loop.hasWork { executor.queue.async { [weak self] in self?.assumeIsolated { $0.drain() } } }
  }

  private func timerFired() {
    timerArmedFor = .max
    loop.timerFired()
    afterTurn()
  }

  /// Moves the timer only when the next deadline comes before it.
  private func armTimer() {
    guard let timer, let next = loop.nextExpiry, next < timerArmedFor else { return }
    timerArmedFor = next
    timer.schedule(deadline: DispatchTime(uptimeNanoseconds: next), leeway: .milliseconds(5))
  }
}
