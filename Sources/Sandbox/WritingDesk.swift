internal import Dispatch
internal import Transport

/// Where what is long is read and written, one after the other, on a thread of its own, so that no loop waits for it.
struct WritingDesk {
  private static let queue = DispatchQueue(label: "fal-proxy.writing", qos: .utility)

  private let loop: LoopHandle

  /// - Parameter loop: who asks.
  init(_ loop: EventLoop) { self.loop = loop.handle }

  /// Makes something; calls `done` with it, on the loop.
  func make<Made: Sendable>(_ body: @escaping @Sendable () -> Made, done: @escaping (Made) -> Void) {
    // It is called and released on the loop alone.
    nonisolated(unsafe) let done = done
    WritingDesk.queue.async { [loop] in
      let made = body()
      loop.perform { _ in done(made) }
    }
  }
}
