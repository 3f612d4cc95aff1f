/// An exchange that waits for an answer from another thread. It is handed back to its loop, and let go of there: whatever it holds
/// belongs to that loop alone.
final class Awaited<Waiter: AnyObject>: @unchecked Sendable {
  /// Touched on the loop only, once the answer is there.
  private var waiter: Waiter?

  init(_ waiter: Waiter) { self.waiter = waiter }

  /// Whoever waits, once.
  func take() -> Waiter? {
    defer { waiter = nil }
    return waiter
  }
}
