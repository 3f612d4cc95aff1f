internal import Dispatch
internal import Pictures
internal import System
internal import Transport

/// Fills orders on threads of its own, as many at once as there are processors, so that no loop waits for a picture. Small ones
/// overtake large ones, but each only so often. It belongs to a loop.
final class PictureWorkshop {
  private static let queue = DispatchQueue(label: "fal-proxy.pictures", qos: .utility, attributes: .concurrent)
  /// How often an order is overtaken.
  private static let patience = 8

  private let loop: LoopHandle
  private let places: Int
  private var waiting: [Painting] = []
  private var painters = 0
  private var shelf = PictureShelf()

  /// - Parameters:
  ///   - loop: where orders come from.
  ///   - runners: how many may come at once.
  init(_ loop: EventLoop, runners: Int) {
    self.loop = loop.handle
    places = min(ProcessLimits.processors, runners)
  }

  /// What came of the same order before, if that is still here.
  func remembered(_ order: PictureOrder) -> PictureOrder.Outcome? { shelf[order] }

  /// Fills an order; calls `done` with what came of it and the time, on the loop, unless it is dropped before it is begun.
  /// - Parameter show: takes the previews, on the loop.
  func fill(
    _ order: PictureOrder, show: @escaping (Previews) -> Void, done: @escaping (PictureOrder.Outcome, UInt64) -> Void
  ) -> Painting {
    let painting = Painting(order, show, done)
    waiting.append(painting)
    beginNext()
    return painting
  }

  /// Nobody wants the pictures any more.
  /// - Returns: whether it is being painted, in which case it stops soon, and `done` is called then.
  func drop(_ painting: Painting) -> Bool {
    painting.stop.raise()
    guard let index = waiting.firstIndex(where: { $0 === painting }) else { return true }
    waiting.remove(at: index)
    return false
  }

  private func beginNext() {
    while painters < places, let painting = takeNext() {
      painters += 1
      // It is touched on the loop alone.
      nonisolated(unsafe) let workshop = self
      PictureWorkshop.queue.async { [loop, order = painting.order, stop = painting.stop] in
        let outcome = order.fill(stop: stop) { previews in loop.perform { _ in painting.show(previews) } }
        loop.perform { workshop.finish(painting, outcome, at: $0.now) }
      }
    }
  }

  private func finish(_ painting: Painting, _ outcome: PictureOrder.Outcome, at now: UInt64) {
    painters -= 1
    beginNext()
    shelf.keep(outcome, of: painting.order)
    painting.done(outcome, now)
  }

  /// The one with the least to paint, or the first where that has been patient for long enough.
  private func takeNext() -> Painting? {
    guard let first = waiting.first else { return nil }
    let isPatient = first.overtaken < PictureWorkshop.patience
    let next = isPatient ? waiting.indices.min { waiting[$0].effort < waiting[$1].effort } ?? 0 : 0
    for painting in waiting[..<next] { painting.overtaken += 1 }
    return waiting.remove(at: next)
  }
}

/// An order in the workshop. All but the sign belongs to the loop.
final class Painting: @unchecked Sendable {
  let stop = StopSign()
  fileprivate let order: PictureOrder
  fileprivate let effort: Int
  fileprivate var overtaken = 0
  fileprivate let show: (Previews) -> Void
  fileprivate let done: (PictureOrder.Outcome, UInt64) -> Void

  fileprivate init(
    _ order: PictureOrder, _ show: @escaping (Previews) -> Void,
    _ done: @escaping (PictureOrder.Outcome, UInt64) -> Void
  ) {
    self.order = order
    effort = order.effort
    self.show = show
    self.done = done
  }
}

/// The last small pictures that were painted of nothing sent: the fault menu asks for the same again and again.
struct PictureShelf {
  private static let countLimit = 16
  private static let byteLimit = 1 << 20

  private var outcomes: [(order: PictureOrder, outcome: PictureOrder.Outcome)] = []

  subscript(order: PictureOrder) -> PictureOrder.Outcome? { outcomes.first { $0.order == order }?.outcome }

  mutating func keep(_ outcome: PictureOrder.Outcome, of order: PictureOrder) {
    guard case .pictures(let files, _, _) = outcome, order.weight == 0, !order.isShown, self[order] == nil,
      files.reduce(0, { $0 + $1.content.count }) <= PictureShelf.byteLimit
    else { return }
    if outcomes.count == PictureShelf.countLimit { outcomes.removeFirst() }
    outcomes.append((order, outcome))
  }
}
