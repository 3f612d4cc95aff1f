internal import Synchronization

/// Tells those who paint, on whatever thread, that nobody wants the picture any more.
package final class StopSign: Sendable {
  private let isRaised = Atomic(false)

  /// A sign that is down.
  package init() {}

  /// Whether to stop; what comes of the work then is worth nothing.
  package var isUp: Bool { isRaised.load(ordering: .relaxed) }

  /// Puts it up, for good.
  package func raise() { isRaised.store(true, ordering: .relaxed) }
}
