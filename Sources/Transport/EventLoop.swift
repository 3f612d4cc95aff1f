public import System

/// One thread's worth of connections: a poller, the handlers it reports to, their deadlines and a pool of buffers.
///
/// Not Sendable on purpose: it belongs to a `LoopActor`, and the compiler keeps everything reachable from it there.
public final class EventLoop {
  /// Events that come at once to a loop with much to do.
  private static let busyBatch = 4
  /// Bytes that all handlers together should move in one turn, so that whoever wants little need not wait long; and what one
  /// of them moves at least and at most.
  private static let turnBytes = 64 << 20
  private static let shareRange = 32 << 10...1 << 20

  let poller: Poller
  private var handlers = HandlerTable()
  private var wheel: TimerWheel
  private var due: [Int] = []
  private var dueIDs: [HandlerID] = []
  private var again: [HandlerID] = []
  private var batch = Batch()
  private let bell: Bell

  /// Blocks for the connections of this loop.
  public let buffers = BufferPool()
  /// A way back to this loop from anywhere.
  public let handle: LoopHandle
  /// Monotonic time in nanoseconds, read once per batch of events.
  public private(set) var now: UInt64
  /// How often the poller has been asked.
  public private(set) var looks: UInt64 = 0
  /// Called after a turn in which, or before which, memory has become tight.
  public var onTightMemory: (() -> Void)?
  /// Whatever the owner of the loop keeps on it.
  public var attachment: AnyObject?

  init(handle: LoopHandle, waker: Waker) throws(SystemError) {
    poller = try Poller()
    now = SystemClock.monotonicNanoseconds()
    wheel = TimerWheel(now: now)
    self.handle = handle
    bell = Bell()
    attach(bell)
    try poller.watchWaker(waker.descriptor, token: bell.id.token)
  }

  /// Gives `handler` an identity and a place for its deadline.
  public func attach(_ handler: EventHandler) {
    handlers.insert(handler)
  }

  /// Forgets a handler; events and deadlines of its past no longer reach anyone.
  public func detach(_ handler: EventHandler) {
    guard handlers.remove(handler) else { return }
    wheel.set(Int(handler.id.index), deadline: TimerWheel.never, now: now)
  }

  /// Puts `successor`, which is on no loop yet, in the place of `handler`: it gets its identity, and so the events of
  /// its descriptor, without a system call. The deadline of the place is cleared.
  func replace(_ handler: EventHandler, by successor: EventHandler) {
    guard handlers.replace(handler, by: successor) else { return }
    wheel.set(Int(successor.id.index), deadline: TimerWheel.never, now: now)
  }

  /// The handler with that identity, if it is still attached.
  public func handler(_ id: HandlerID) -> EventHandler? { handlers[id] }

  /// Calls `body` with every attached handler; handlers may detach meanwhile.
  public func forEachHandler(_ body: (EventHandler) -> Void) {
    for index in 0..<handlers.count {
      if let handler = handlers.handler(at: index) { body(handler) }
    }
  }

  /// Watches both directions of a stream for an attached handler.
  public func watch(_ stream: borrowing ByteStream, for handler: EventHandler) throws(SystemError) {
    try poller.watchStream(stream.descriptor, token: handler.id.token)
  }

  /// Sets the one deadline of `handler`, `nanoseconds` from now; nil for none. Resolution 32 ms, never early.
  public func setDeadline(_ handler: EventHandler, in nanoseconds: UInt64?) {
    guard self.handler(handler.id) === handler else { return }
    let deadline = nanoseconds.map { now &+ $0 } ?? TimerWheel.never
    wheel.set(Int(handler.id.index), deadline: deadline, now: now)
  }

  /// When the deadline of an attached handler passes, in monotonic nanoseconds; the end of time when it has none.
  public func deadline(of handler: EventHandler) -> UInt64 { wheel.deadline(Int(handler.id.index)) }

  /// Bytes one handler may move before the others get their turn: the fewer, the more there are.
  public var shareOfTurn: Int {
    let share = EventLoop.turnBytes / max(1, batch.count + batch.calledAgain)
    return min(max(share, EventLoop.shareRange.lowerBound), EventLoop.shareRange.upperBound)
  }

  /// Calls `handler` again soon, although its descriptor will report nothing new: for one that stopped in the middle
  /// so that others get their turn.
  public func callAgain(_ handler: EventHandler) { again.append(handler.id) }

  /// Whether the poller was asked since `looks` stood at `mark`, and has said nothing about `handler` that is still to be
  /// told: what had arrived by then is known to it.
  public func hasLooked(at handler: EventHandler, since mark: UInt64) -> Bool {
    guard looks != mark else { return false }
    for index in batch.next..<max(batch.next, batch.count) where poller.token(index) == handler.id.token {
      return false
    }
    return true
  }

  /// Serves events and deadlines, asleep in the poller in between, until the waker calls: somebody else wants a turn on
  /// the loop's queue.
  func serve() {
    bell.hasRung = false
    while !bell.hasRung {
      batch.calledAgain = again.count
      if !again.isEmpty {
        let waiting = again
        again = []
        for id in waiting { handler(id)?.ready([]) }
      }
      let count = awaitEvents()
      batch.count = count
      looks &+= 1
      now = SystemClock.monotonicNanoseconds()
      for index in 0..<count {
        batch.next = index + 1
        let (token, events) = poller.ready(index)
        handler(HandlerID(token: token))?.ready(events)
      }
      expireDeadlines()
      if buffers.isTight { onTightMemory?() }
    }
  }

  /// Waits for events or the next deadline.
  /// - Returns: the number of events that the poller holds ready.
  private func awaitEvents() -> Int {
    guard again.isEmpty else { return poller.wait(milliseconds: 0) }
    if batch.count >= EventLoop.busyBatch {
      let count = poller.wait(milliseconds: 0)
      if count > 0 { return count }
      // Whoever is about to send something runs first: then this thread need not fall asleep, and nobody need wake it.
      // With little to do it sleeps at once instead: a thread that has yielded is not put before one that computes.
      Syscalls.yield()
    }
    return poller.wait(milliseconds: millisecondsToExpiry)
  }

  /// How long the poller may sleep before a deadline can have passed; -1 while there is none.
  private var millisecondsToExpiry: Int32 {
    guard let next = wheel.nextExpiry else { return -1 }
    return next <= now ? 0 : Int32(clamping: (next - now + 999_999) / 1_000_000)
  }

  /// Tells every handler whose deadline has passed.
  private func expireDeadlines() {
    due.removeAll(keepingCapacity: true)
    wheel.collectDue(now: now, into: &due)
    guard !due.isEmpty else { return }
    dueIDs.removeAll(keepingCapacity: true)
    for index in due { dueIDs.append(handlers.id(at: index)) }
    for id in dueIDs where wheel.deadline(Int(id.index)) == TimerWheel.never {
      handler(id)?.deadlineReached()
    }
  }

  /// Reads the clock; to be called before work that no event has brought.
  func readClock() { now = SystemClock.monotonicNanoseconds() }
}

/// What the poller has said last.
private struct Batch {
  var count = 0
  /// How many handlers were called again before it.
  var calledAgain = 0
  /// The place of the event that comes next.
  var next = 0
}

/// Hears the waker of its loop.
private final class Bell: EventHandler {
  var hasRung = false

  override func ready(_ events: ReadyEvents) { hasRung = true }
}
