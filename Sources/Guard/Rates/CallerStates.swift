/// What is remembered of callers, no more of them than a limit: whoever was idle longest is forgotten for a new one, and
/// never one that has something in flight.
struct CallerStates {
  /// What one caller has used.
  struct Use {
    var submits = Rate.State()
    var polls = Rate.State()
    var uploads = Rate.State()
    var bytes = Rate.State()
    var jobs: Int32 = 0
    var streams: Int32 = 0

    var isIdle: Bool { jobs == 0 && streams == 0 }
  }

  private var identities: ContiguousArray<Identity> = []
  private(set) var uses: ContiguousArray<Use> = []
  private var slots: [Identity: Int32] = [:]
  /// Those with nothing in flight.
  private var idle = SlotList()

  /// How many are remembered.
  var count: Int { uses.count }

  /// The slot of `identity`, if it is remembered.
  func slot(of identity: Identity) -> Int32? { slots[identity] }

  /// The slot of `identity`, a fresh one if need be; nil when there are `limit` callers that all have something in flight.
  mutating func slot(of identity: Identity, limit: Int) -> Int32? {
    if let slot = slots[identity] {
      if uses[Int(slot)].isIdle { idle.touch(slot) }
      return slot
    }
    if uses.isEmpty { reserve(limit) }
    let slot: Int32
    if uses.count < limit {
      slot = Int32(uses.count)
      identities.append(identity)
      uses.append(Use())
    } else {
      guard let oldest = idle.oldest else { return nil }
      slot = oldest
      idle.remove(slot)
      slots[identities[Int(slot)]] = nil
      identities[Int(slot)] = identity
      uses[Int(slot)] = Use()
    }
    slots[identity] = slot
    idle.append(slot)
    return slot
  }

  /// Changes what a caller has used, and keeps the books on who is idle.
  @inline(__always)
  mutating func change(_ slot: Int32, _ body: (inout Use) -> Void) {
    let wasIdle = uses[Int(slot)].isIdle
    body(&uses[Int(slot)])
    let isIdle = uses[Int(slot)].isIdle
    if wasIdle, !isIdle { idle.remove(slot) }
    if !wasIdle, isIdle { idle.append(slot) }
  }

  /// Takes address space for as many as there may be, so that no request waits while all of it is moved. Memory comes with
  /// use: the system gives it page by page.
  private mutating func reserve(_ count: Int) {
    identities.reserveCapacity(count)
    uses.reserveCapacity(count)
    slots.reserveCapacity(count)
    idle.reserve(count)
  }
}
