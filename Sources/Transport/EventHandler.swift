/// The identity of a handler on its loop; never reused, unlike a descriptor number.
public struct HandlerID: Hashable, Sendable {
  let index: UInt32
  let generation: UInt32

  var token: UInt64 { UInt64(generation) << 32 | UInt64(index) }

  init(index: UInt32, generation: UInt32) {
    self.index = index
    self.generation = generation
  }

  init(token: UInt64) {
    index = UInt32(truncatingIfNeeded: token)
    generation = UInt32(truncatingIfNeeded: token >> 32)
  }
}

/// Something that lives on an event loop: told when its descriptor is ready and when its deadline has passed.
///
/// A class in place of a protocol: one virtual call per event, no existential.
open class EventHandler {
  /// The identity, valid between `attach` and `detach`.
  public internal(set) var id = HandlerID(index: .max, generation: .max)

  /// A handler that is on no loop yet.
  public init() {}

  /// The descriptor has become ready. Edge-triggered: what is not read or written now is not reported again.
  open func ready(_ events: ReadyEvents) {}

  /// The deadline set with `EventLoop.setDeadline` has passed.
  open func deadlineReached() {}
}

/// A deadline without a descriptor.
public final class DeadlineHandler: EventHandler {
  /// Called each time the deadline set for this handler passes.
  public var onDeadline: (() -> Void)?

  /// The deadline has passed.
  public override func deadlineReached() { onDeadline?() }
}
