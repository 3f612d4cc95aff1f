internal import Dispatch
internal import Transport

/// Fills orders on a thread of its own, one after the other, so that no loop waits for a picture and memory is bounded.
struct PictureWorkshop {
  private static let queue = DispatchQueue(label: "fal-proxy.pictures", qos: .utility)

  private let loop: LoopHandle

  /// - Parameter loop: where orders come from.
  init(_ loop: EventLoop) { self.loop = loop.handle }

  /// Fills an order; calls `done` with what came of it and the time, on the loop.
  func fill(_ order: PictureOrder, done: @escaping (PictureOrder.Outcome, UInt64) -> Void) {
    // It is called and released on the loop alone.
    nonisolated(unsafe) let done = done
    PictureWorkshop.queue.async { [loop] in
      let outcome = order.fill()
      loop.perform { done(outcome, $0.now) }
    }
  }
}
