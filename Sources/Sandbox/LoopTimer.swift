internal import Transport

/// Something that is done again and again on a loop until it needs no more time.
final class LoopTimer: EventHandler {
  /// A wait that ends only when it is told to.
  static let untilTold = UInt64.max

  private let loop: EventLoop
  /// Returns how long to wait for the next time, in nanoseconds; nil for no more.
  private var body: (() -> UInt64?)?

  init(_ loop: EventLoop, body: @escaping () -> UInt64?) {
    self.loop = loop
    self.body = body
    super.init()
    loop.attach(self)
  }

  /// Waits, then begins.
  func start(in nanoseconds: UInt64) {
    if body != nil { loop.setDeadline(self, in: nanoseconds == LoopTimer.untilTold ? nil : nanoseconds) }
  }

  /// Begins now.
  func tell() { deadlineReached() }

  /// Ends it; safe to call twice.
  func cancel() {
    guard body != nil else { return }
    body = nil
    loop.detach(self)
  }

  override func deadlineReached() {
    guard let body else { return }
    if let wait = body() { start(in: wait) } else { cancel() }
  }
}
