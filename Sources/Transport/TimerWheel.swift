/// Deadlines of many connections, one each, in slots of 32 ms up to 32 s ahead; later ones go round again.
///
/// Moving a deadline later, which every request does, is a single store: the entry stays where it is and is looked at
/// again when its slot comes up. Pure: time is passed in.
public struct TimerWheel: Sendable {
  /// Nanoseconds a slot covers, the resolution of every deadline.
  public static let slotNanoseconds: UInt64 = 32_000_000
  /// The deadline of an entry that waits for nothing.
  public static let never = UInt64.max
  private static let slotCount = 1024

  private struct Entry {
    var deadline = TimerWheel.never
    /// The slot number counted from time 0, or -1 when in no list.
    var slot: Int64 = -1
    var next: Int32 = -1
    var previous: Int32 = -1
  }

  private var heads = [Int32](repeating: -1, count: TimerWheel.slotCount)
  private var occupied = [UInt64](repeating: 0, count: TimerWheel.slotCount / 64)
  private var entries: [Entry] = []
  private var current: Int64
  private var linkedCount = 0

  /// A wheel that begins at `now`, in nanoseconds.
  public init(now: UInt64) { current = Int64(now / TimerWheel.slotNanoseconds) }

  /// Sets the deadline of entry `index`, in nanoseconds; `never` to wait for nothing.
  public mutating func set(_ index: Int, deadline: UInt64, now: UInt64) {
    if index >= entries.count {
      entries.append(contentsOf: repeatElement(Entry(), count: index + 1 - entries.count))
    }
    entries[index].deadline = deadline
    guard deadline != TimerWheel.never else { return }
    if linkedCount == 0 { current = max(current, Int64(now / TimerWheel.slotNanoseconds)) }
    let slot = slotNumber(for: deadline)
    if entries[index].slot >= 0 {
      guard slot < entries[index].slot else { return }
      unlink(index)
    }
    link(index, slot)
  }

  /// The deadline of entry `index`.
  public func deadline(_ index: Int) -> UInt64 {
    index < entries.count ? entries[index].deadline : TimerWheel.never
  }

  /// When `collectDue` should be called next, in nanoseconds; nil while no entry waits.
  public var nextExpiry: UInt64? {
    guard linkedCount > 0 else { return nil }
    let first = Int((current + 1) % Int64(TimerWheel.slotCount))
    var word = first >> 6
    // Slots before the first in its word come last, when the search has gone round.
    var bits = occupied[word] & (UInt64.max << UInt64(first & 63))
    for _ in 0...occupied.count {
      if bits != 0 {
        let position = word << 6 + bits.trailingZeroBitCount
        let offset = (position - first + TimerWheel.slotCount) % TimerWheel.slotCount
        return UInt64(current + 2 + Int64(offset)) * TimerWheel.slotNanoseconds
      }
      word = (word + 1) % occupied.count
      bits = occupied[word]
    }
    return nil
  }

  /// Takes every entry whose deadline is not after `now` out of the wheel and appends its index to `due`.
  public mutating func collectDue(now: UInt64, into due: inout [Int]) {
    // A slot is looked at once it has wholly passed, so that everything in it is due.
    let last = Int64(now / TimerWheel.slotNanoseconds) - 1
    guard last > current else { return }
    let first = max(current + 1, last - Int64(TimerWheel.slotCount) + 1)
    current = last
    guard linkedCount > 0 else { return }
    for slot in first...last {
      var index = heads[Int(slot % Int64(TimerWheel.slotCount))]
      while index >= 0 {
        let entry = entries[Int(index)]
        let next = entry.next
        unlink(Int(index))
        if entry.deadline <= now {
          entries[Int(index)].deadline = TimerWheel.never
          due.append(Int(index))
        } else if entry.deadline != TimerWheel.never {
          link(Int(index), slotNumber(for: entry.deadline))
        }
        index = next
      }
    }
  }

  private func slotNumber(for deadline: UInt64) -> Int64 {
    let wanted = Int64(deadline / TimerWheel.slotNanoseconds)
    return min(max(wanted, current + 1), current + Int64(TimerWheel.slotCount) - 1)
  }

  private mutating func link(_ index: Int, _ slot: Int64) {
    let position = Int(slot % Int64(TimerWheel.slotCount))
    let head = heads[position]
    entries[index].slot = slot
    entries[index].next = head
    entries[index].previous = -1
    if head >= 0 { entries[Int(head)].previous = Int32(index) }
    heads[position] = Int32(index)
    occupied[position >> 6] |= 1 << UInt64(position & 63)
    linkedCount += 1
  }

  private mutating func unlink(_ index: Int) {
    let entry = entries[index]
    let position = Int(entry.slot % Int64(TimerWheel.slotCount))
    if entry.previous >= 0 { entries[Int(entry.previous)].next = entry.next } else { heads[position] = entry.next }
    if entry.next >= 0 { entries[Int(entry.next)].previous = entry.previous }
    if heads[position] < 0 { occupied[position >> 6] &= ~(1 << UInt64(position & 63)) }
    entries[index].slot = -1
    entries[index].next = -1
    entries[index].previous = -1
    linkedCount -= 1
  }
}
