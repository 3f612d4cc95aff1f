/// The handlers of a loop by identity: a place that is used again has another generation.
struct HandlerTable {
  private struct Slot {
    var generation: UInt32 = 0
    var handler: EventHandler?
  }

  private var slots: [Slot] = []
  private var free: [UInt32] = []

  /// How many places there are, with and without a handler.
  var count: Int { slots.count }

  /// Gives `handler` a place, and the identity of it.
  mutating func insert(_ handler: EventHandler) {
    let index: UInt32
    if let spare = free.popLast() {
      index = spare
    } else {
      index = UInt32(slots.count)
      slots.append(Slot())
    }
    slots[Int(index)].handler = handler
    handler.id = id(at: Int(index))
  }

  /// - Returns: whether it had a place here.
  mutating func remove(_ handler: EventHandler) -> Bool {
    let index = Int(handler.id.index)
    guard index < slots.count, slots[index].handler === handler else { return false }
    slots[index].handler = nil
    slots[index].generation &+= 1
    free.append(UInt32(index))
    return true
  }

  /// Gives `successor` the place and the identity of `handler`, which has none afterwards.
  /// - Returns: whether that had a place here.
  mutating func replace(_ handler: EventHandler, by successor: EventHandler) -> Bool {
    let index = Int(handler.id.index)
    guard index < slots.count, slots[index].handler === handler else { return false }
    slots[index].handler = successor
    successor.id = handler.id
    handler.id = HandlerID(index: .max, generation: .max)
    return true
  }

  func handler(at index: Int) -> EventHandler? { slots[index].handler }

  func id(at index: Int) -> HandlerID { HandlerID(index: UInt32(index), generation: slots[index].generation) }

  /// The handler with that identity, if it still has its place.
  subscript(id: HandlerID) -> EventHandler? {
    guard Int(id.index) < slots.count, slots[Int(id.index)].generation == id.generation else { return nil }
    return slots[Int(id.index)].handler
  }
}
