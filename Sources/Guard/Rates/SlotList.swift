/// Slots of a table from the one that was used longest ago to the latest; each change takes the same short time.
struct SlotList {
  private struct Links {
    var older: Int32 = SlotList.none
    var newer: Int32 = SlotList.none
  }

  private static let none: Int32 = -1
  private var links: ContiguousArray<Links> = []
  private var oldestSlot = SlotList.none
  private var newestSlot = SlotList.none

  /// Takes address space for `count` slots, so that nothing is moved until there are more. Memory comes with use.
  mutating func reserve(_ count: Int) { links.reserveCapacity(count) }

  /// The slot that was used longest ago.
  var oldest: Int32? { oldestSlot == SlotList.none ? nil : oldestSlot }

  /// The slot that was used last.
  var newest: Int32? { newestSlot == SlotList.none ? nil : newestSlot }

  /// Puts `slot`, which is not in the list, at its newer end.
  mutating func append(_ slot: Int32) {
    while links.count <= Int(slot) { links.append(Links()) }
    links[Int(slot)] = Links(older: newestSlot)
    if newestSlot == SlotList.none { oldestSlot = slot } else { links[Int(newestSlot)].newer = slot }
    newestSlot = slot
  }

  /// Takes `slot` out, which is in the list.
  mutating func remove(_ slot: Int32) {
    let gone = links[Int(slot)]
    if gone.older == SlotList.none { oldestSlot = gone.newer } else { links[Int(gone.older)].newer = gone.newer }
    if gone.newer == SlotList.none { newestSlot = gone.older } else { links[Int(gone.newer)].older = gone.older }
  }

  /// Puts `slot`, which is in the list, at its newer end.
  mutating func touch(_ slot: Int32) {
    guard slot != newestSlot else { return }
    remove(slot)
    append(slot)
  }
}
